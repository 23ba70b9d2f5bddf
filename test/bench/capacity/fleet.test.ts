import { describe, expect, it } from 'vitest';
import { Fleet, type FleetOptions } from '../../../bench/capacity/fleet.ts';
import { RECORDED } from '../../../bench/capacity/recorded.ts';
import { workloadOf } from '../../../bench/capacity/workload.ts';

const NODES_PER_SECOND = 40;

function fleetOf(change: Partial<FleetOptions> = {}): Fleet {
  return new Fleet({
    workers: 10,
    slotsEach: 40,
    shards: 8,
    orchestrators: 2,
    redisNodes: 1,
    costs: RECORDED,
    workload: workloadOf({ seed: 2, nodesPerSecond: NODES_PER_SECOND, speedUp: 40, longestMs: 200_000 }),
    fromMs: 0,
    arrivalsUntilMs: 30_000,
    untilMs: 60_000,
    ...change,
  });
}

describe('the model of a fleet', () => {
  it('does all work that comes, the same each time, and nothing waits while slots are free', () => {
    const report = fleetOf().run();
    expect(report.runs).toBeGreaterThan(1);
    expect(fleetOf().run()).toEqual(report);
    expect(report.nodes).toBe(report.waits.count);
    expect(report.starved).toBeLessThan(0.01);
    expect(report.waits.quantile(0.99)).toBeLessThan(250);
  });

  it('shows what falls short: Redis with many workers that hold work of many shards', () => {
    const few = fleetOf({ workers: 4, slotsEach: 100 }).run();
    const many = fleetOf({ workers: 400, slotsEach: 1 }).run();
    expect(many.connections).toBeGreaterThan(10 * few.connections);
    expect(many.redis).toBeGreaterThan(few.redis);
  });
});
