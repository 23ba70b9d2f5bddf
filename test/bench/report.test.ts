import { describe, expect, it } from 'vitest';
import { readArguments } from '../../bench/arguments.ts';
import { checked } from '../../bench/contender/contender.ts';
import { renderReport, reportScenario } from '../../bench/report.ts';
import { fanOut } from '../../bench/scenario/fan-out.ts';
import { SCENARIOS } from '../../bench/scenario/index.ts';
import { median } from '../../bench/scenario/scenario.ts';

const SAMPLES = new Map([
  [
    fanOut.name,
    new Map([
      ['bullmq' as const, [10_000, 9_000, 30_000]],
      ['flow' as const, [4_000, 5_000, 6_000]],
      ['sluice' as const, [7_000, 1_000, 8_000]],
    ]),
  ],
]);

const MACHINE = {
  cpu: 'a processor',
  cores: 2,
  memoryGiB: 8,
  system: 'linux 6',
  node: 'v20.20.0',
  redis: '7.0.15',
  bullmq: '6.7.0',
  ioredis: '6.0.0',
  load: 0.1,
};

describe('the report', () => {
  it('divides medians, and holds each ratio against its limit', () => {
    const { medians, comparisons } = reportScenario(fanOut, SAMPLES);
    expect(medians).toEqual({ bullmq: 10_000, flow: 5_000, sluice: 7_000 });
    expect(comparisons).toEqual([
      { against: 'flow', value: 1.4, limit: '≥ 1.2', met: true },
      { against: 'bullmq', value: 0.7, limit: '≥ 0.8', met: false },
    ]);
  });

  it('keeps the raw samples in the order of the rounds', () => {
    expect(reportScenario(fanOut, SAMPLES).samples.bullmq).toEqual([10_000, 9_000, 30_000]);
  });

  it('compares nothing with a side that took no part', () => {
    const alone = new Map([[fanOut.name, new Map([['sluice' as const, [7_000]]])]]);
    expect(reportScenario(fanOut, alone).comparisons).toEqual([]);
  });

  it('is a table with machine, versions, figures, ratios and limits', () => {
    const report = { machine: MACHINE, rounds: 3, concurrency: 50, scale: 1 };
    const text = renderReport({ ...report, scenarios: [reportScenario(fanOut, SAMPLES)] });
    expect(text).toContain('a processor, 2 cores, 8 GiB');
    expect(text).toContain('bullmq 6.7.0');
    expect(text).toContain(
      '| nodes/s | 10,000 | 5,000 | 7,000 | 1.40 × Flow<br>0.70 × BullMQ | ≥ 1.2 ✓<br>≥ 0.8 ✗ |',
    );
  });

  it('says that scaled figures mean nothing', () => {
    const text = renderReport({ machine: MACHINE, rounds: 1, concurrency: 1, scale: 0.1, scenarios: [] });
    expect(text).toContain('mean nothing');
  });
});

describe('a sample', () => {
  it('is void when other work was done than asked for', () => {
    const sample = { ms: 1, spanMs: 1, executed: 99 };
    expect(checked(sample, 99)).toBe(sample);
    expect(() => checked(sample, 100)).toThrow('99 bodies ran where 100 were asked for');
  });

  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])('of %j has the median %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});

describe('the command line', () => {
  it('measures everything five times unless told otherwise', () => {
    const given = readArguments([]);
    expect(given).toMatchObject({ rounds: 5, scale: 1, json: false });
    expect(given.scenarios).toEqual(SCENARIOS);
  });

  it('takes scenarios and sides by name', () => {
    const given = readArguments([
      '--only',
      'fan-out,memory',
      '--contenders',
      'sluice',
      '--rounds',
      '1',
      '--json',
    ]);
    expect(given.scenarios.map(({ name }) => name)).toEqual(['fan-out', 'memory']);
    expect(given.contenders).toEqual(['sluice']);
    expect(given.json).toBe(true);
  });

  it.each([
    [['--only', 'fanout'], 'fan-out'],
    [['--contenders', 'celery'], 'sluice'],
    [['--rounds', 'many'], 'number above 0'],
  ])('refuses %j and says what there is', (args, hint) => {
    expect(() => readArguments(args)).toThrow(hint);
  });
});
