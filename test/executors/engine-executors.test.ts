import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../engine/core/json.ts';
import {
  failExecutor,
  noopExecutor,
  switchExecutor,
  transformExecutor,
  waitExecutor,
} from '../../executors/index.ts';

const NOW = Date.parse('2026-03-01T06:00:00Z');

describe('wait', () => {
  it.each<[JsonObject, number | undefined]>([
    [{ for: '30s' }, NOW + 30_000],
    [{ for: 'PT1H30M' }, NOW + 5_400_000],
    [{ for: 1_500 }, NOW + 1_500],
    [{ for: '0s' }, undefined],
    [{ until: '2026-03-01T07:00:00+01:00' }, undefined],
    [{ until: '2026-03-01T06:00:01.5Z' }, NOW + 1_500],
    [{ until: '2026-03-02' }, Date.parse('2026-03-02T00:00:00Z')],
    [{ until: '2020-01-01' }, undefined],
  ])('%j', (options, until) => {
    const expected =
      until === undefined ? { kind: 'succeeded', outputs: {} } : { kind: 'wait', until, outputs: {} };
    expect(waitExecutor().evaluate(options, NOW)).toEqual(expected);
  });

  it.each<[JsonObject, RegExp]>([
    [{}, /say what to wait for/],
    [{ for: '1s', until: '2026-03-02' }, /either `for`/],
    [{ for: 'soon' }, /`for`: expected a duration/],
    [{ for: -1 }, /`for`: expected a duration/],
    [{ for: '5000w' }, /ten years/],
    [{ until: '2026-03-01T06:00' }, /`until`: expected a time with its zone/],
    [{ until: '2026-13-01' }, /`until`: expected a time/],
    [{ until: null }, /`until`: expected a time/],
  ])('%j is refused', (options, message) => {
    expect(waitExecutor().evaluate(options, NOW)).toMatchObject({
      kind: 'failed',
      error: { code: 'invalid_options', message: expect.stringMatching(message) },
    });
  });

  it('takes no bare number in a workflow', () => {
    expect(waitExecutor().options.safeParse({ for: 5 }).success).toBe(false);
  });
});

describe('switch', () => {
  const cases = (...truths: unknown[]) =>
    truths.map((value, index) => ({ name: `c${index}`, if: value })) as JsonObject[];

  it.each<[JsonObject, string | null]>([
    [{ cases: cases(false, true, true) }, 'c1'],
    [{ cases: cases('', 0, null, 'false') }, 'c3'],
    [{ cases: cases(false), default: 'rest' }, 'rest'],
    [{ cases: cases(false) }, null],
    [{ cases: [{ name: 'constructor', if: true }] }, 'constructor'],
  ])('%j chooses %j', (options, chosen) => {
    expect(switchExecutor().evaluate(options, NOW)).toEqual({ kind: 'succeeded', outputs: { case: chosen } });
  });

  it.each<[JsonObject, RegExp]>([
    [{ cases: [] }, /`cases`: the list is empty/],
    [{ cases: [{ name: 'default', if: true }] }, /`cases\[0\]\.name`: `default` is reserved/],
    [{ cases: [{ name: 'a' }] }, /`cases\[0\]\.if`: a condition is needed/],
    [{ cases: [{ name: 'a b', if: true }] }, /`cases\[0\]\.name`: expected a name/],
  ])('%j is refused', (options, message) => {
    expect(switchExecutor().evaluate(options, NOW)).toMatchObject({
      kind: 'failed',
      error: { code: 'invalid_options', message: expect.stringMatching(message) },
    });
  });
});

describe('transform, fail, noop', () => {
  it('transform gives the fields of its value, with odd names, too', () => {
    const value = JSON.parse('{"a":[1],"__proto__":{"x":1}}') as JsonObject;
    const outcome = transformExecutor().evaluate({ value }, NOW);
    expect(outcome.kind === 'succeeded' && Object.keys(outcome.outputs)).toEqual(['a', '__proto__']);
  });

  it.each([{ value: [1] }, { value: 'x' }, {}])('transform refuses %j', (options) => {
    const outcome = transformExecutor().evaluate(options as JsonObject, NOW);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'invalid_options' } });
  });

  it('fail fails with its message', () => {
    const outcome = failExecutor().evaluate({ message: 'No data for March.' }, NOW);
    expect(outcome).toEqual({ kind: 'failed', error: { code: 'failed', message: 'No data for March.' } });
  });

  it('noop succeeds, and has no options', () => {
    expect(noopExecutor().evaluate({}, NOW)).toEqual({ kind: 'succeeded', outputs: {} });
    expect(noopExecutor().evaluate({ a: 1 }, NOW)).toMatchObject({ kind: 'failed' });
  });
});
