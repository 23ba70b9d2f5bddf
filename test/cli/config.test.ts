import { describe, expect, it } from 'vitest';
import { readSettings, wantsColor } from '../../cli/config.ts';

describe('wantsColor', () => {
  it.each([
    ['a terminal', {}, true, true],
    ['no terminal', {}, false, false],
    ['a dumb terminal', { TERM: 'dumb' }, true, false],
    ['FORCE_COLOR without a terminal', { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0 on a terminal', { FORCE_COLOR: '0' }, true, false],
    ['NO_COLOR before FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['an empty NO_COLOR, which is none', { NO_COLOR: '' }, true, true],
  ])('%s', (_name, environment, isTerminal, expected) => {
    expect(wantsColor(environment, isTerminal)).toBe(expected);
  });
});

describe('readSettings', () => {
  it('takes an empty REDIS_URL for none, and draws no live display in CI', () => {
    expect(readSettings({ REDIS_URL: '', CI: 'true' })).toMatchObject({ redis: undefined, isPlain: true });
    expect(readSettings({ REDIS_URL: 'redis://h', XDG_CACHE_HOME: '/c' })).toMatchObject({
      redis: 'redis://h',
      isPlain: false,
      cacheDirectory: '/c/sluice',
    });
  });
});
