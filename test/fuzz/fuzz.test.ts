import { describe, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';
import { isSame, photograph } from './prototypes.ts';
import { demand, type FuzzTarget } from './target.ts';
import { TARGETS } from './targets/index.ts';

/** `npm run fuzz` goes on from here for as long as it is told. */
const CPU_MS = 1_200;
const SEED = 1;

describe('what others write', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    '%s: neither crashes nor hangs nor changes a prototype',
    { timeout: 60_000 },
    async (_name, target) => {
      const report = await fuzz(target, { seed: SEED, cpuMs: CPU_MS, inputs: 3_000 });
      expect(
        report.findings.map(({ from, message, input }) => `${from}: ${message}\n${input.slice(0, 300)}`),
      ).toEqual([]);
      expect(report.inputs).toBeGreaterThan(readCorpus(target.name).length);
    },
  );
});

describe('fuzzing', () => {
  const target = (check: FuzzTarget['check']): FuzzTarget => ({
    name: 'ansi',
    draw: (dice) => `x${dice.int(0, 9)}`,
    check,
  });
  const budget = { seed: 1, cpuMs: 5_000, inputs: 200 };

  it('finds an error, and the same again from the same seed', async () => {
    const fragile = target((input) => demand(!input.includes('7'), 'a seven'));
    const first = await fuzz(fragile, budget);
    expect(first.findings.length).toBeGreaterThan(0);
    expect((await fuzz(fragile, budget)).findings.map(({ from }) => from)).toEqual(
      first.findings.map(({ from }) => from),
    );
  });

  it('notices a changed prototype', () => {
    const before = photograph();
    Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true });
    try {
      expect(isSame(before, photograph())).toBe(false);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
    expect(isSame(before, photograph())).toBe(true);
  });

  it('notices what takes too long', async () => {
    let checks = 0;
    const slow = target(() => {
      if (++checks > 2) return;
      const { user, system } = process.cpuUsage();
      for (let used = 0; used < 1_050_000; ) {
        const now = process.cpuUsage({ user, system });
        used = now.user + now.system;
      }
    });
    const { findings } = await fuzz(slow, { ...budget, inputs: 1 });
    expect(findings[0]?.message).toContain('processor time');
  });
});
