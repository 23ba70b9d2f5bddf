/** What a line of a task's log says of its own importance. */
import { describe, expect, it } from 'vitest';
import { levelOf } from '../../../engine/core/log-level.ts';

const out = (text: string) => levelOf({ stream: 'stdout', text });

describe('the level of a line', () => {
  it.each([
    ['ERROR could not connect', 'error'],
    ['2026-01-31 12:00:00,123 ERROR could not connect', 'error'],
    ['2026-01-31T12:00:00.123Z WARN slow', 'warn'],
    ['[error] no such file', 'error'],
    ['12:00:01 main [DEBUG] begin', 'debug'],
    ['error: no such file', 'error'],
    ['gcc: warning: unused', 'warn'],
    ['time=12 level=fatal msg="x"', 'error'],
    ['{"level":"warn","msg":"x"}', 'warn'],
    ['{"level":50,"time":1}', 'error'],
    ['{"time":1,"severity":"DEBUG"}', 'debug'],
  ])('%s', (text, level) => expect(out(text)).toBe(level));

  it.each([
    'errors: 0',
    'no error here',
    'Errorless',
    'the level is high',
    'done (3 files)',
    '',
    'a [error-prone] thing',
  ])('is information where the line says nothing: %s', (text) => expect(out(text)).toBe('info'));

  it('is a warning from stderr, unless the line says otherwise', () => {
    expect(levelOf({ stream: 'stderr', text: 'downloading…' })).toBe('warn');
    expect(levelOf({ stream: 'stderr', text: 'INFO downloading' })).toBe('info');
    expect(levelOf({ stream: 'system', text: 'Fetching the image.' })).toBe('info');
  });

  it('takes no time over hostile lines', () => {
    const hostile = ['[ '.repeat(50_000), ' '.repeat(100_000), '1'.repeat(100_000), 'a/'.repeat(50_000)];
    const before = performance.now();
    for (const text of hostile) out(text);
    expect(performance.now() - before).toBeLessThan(100);
  });
});
