import { describe, expect, it } from 'vitest';
import { FAULT_NAMES } from './faults.ts';
import { simulate } from './simulate.ts';

describe('a seed', () => {
  it.each([3, 17, 92, 182, 399])('%i is the same history every time', async (seed) => {
    const [first, second] = [await simulate(seed), await simulate(seed)];
    expect(second.trace).toBe(first.trace);
    expect(second.steps).toBe(first.steps);
    expect(second.evidence.runs.map(({ events }) => events)).toEqual(
      first.evidence.runs.map(({ events }) => events),
    );
  });

  it('differs from other seeds', async () => {
    expect((await simulate(5)).trace).not.toBe((await simulate(6)).trace);
  });

  it('has at least one fault and workflows of at least 20 tasks', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { faults, evidence } = await simulate(seed);
      expect([...faults.keys()].filter((fault) => FAULT_NAMES.includes(fault)).length).toBeGreaterThan(0);
      for (const { workflow } of evidence.requests)
        expect(workflow.plan.tasks.length).toBeGreaterThanOrEqual(20);
    }
  });
});
