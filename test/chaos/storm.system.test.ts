/** The short form of chaos: a storm of some seconds, and roles killed at the points that matter most. The long one is `npm run chaos`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FAULTS } from './nemesis/index.ts';
import { killAtPoints } from './points.ts';
import { storm } from './storm.ts';
import { cutTails } from './tails.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chaos-'));
});

afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

/** Fault → how often a minute: each strikes within the few seconds. */
const PACE = new Map([
  ['worker killed', 20],
  ['orchestrator killed', 12],
  ['connections cut', 15],
  ['replies lost', 12],
  ['Redis killed', 12],
  ['scripts forgotten', 15],
]);

it('keeps every promise in a storm of kills and lost replies', { timeout: 120_000 }, async () => {
  const faults = FAULTS.filter(({ name }) => PACE.has(name)).map((fault) => ({
    ...fault,
    perMinute: PACE.get(fault.name) ?? 1,
  }));
  const result = await storm({
    folder,
    seed: 7,
    forMs: 7_000,
    runs: 12,
    nodes: 12,
    faults,
    strength: 1,
    patienceMs: 60_000,
    orchestrators: 2,
    workers: 2,
    slots: 8,
    appendfsync: 'always',
  });
  console.info([...result.faults].map(([name, count]) => `${count} ${name}`).join(', '));
  expect(result.violations).toEqual([]);
  expect(result.stuck).toBe(0);
  expect(result.faults.get('Redis killed')).toBeGreaterThan(0);
});

it.each([
  ['orchestrator', ['after:commit:3', 'before:add']],
  ['worker', ['before:settle']],
] as const)('loses nothing when the %s dies at %s', { timeout: 120_000 }, async (kind, points) => {
  const { reached, violations } = await killAtPoints({ folder, kind, points, onNews: () => {} });
  expect(reached).toEqual(points);
  expect(violations).toEqual([]);
});

it('goes on from an append-only file whose end is missing', { timeout: 120_000 }, async () => {
  const sizes = { times: 3, runs: 4, nodes: 8, atOnce: 3 };
  const result = await cutTails({ folder, seed: 2, ...sizes, onNews: () => {} });
  expect(result).toMatchObject({ opened: 3, stuck: 0, violations: [] });
  expect(result.found).toBeGreaterThan(0);
});
