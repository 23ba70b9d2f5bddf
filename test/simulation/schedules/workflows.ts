/** The workflows of the simulation: one with a schedule of each overlap, one that follows it, and one that is removed. */
import type { Plan } from '../../../engine/core/plan.ts';
import { planOf } from '../../dsl/diagnose.ts';
import type { Random } from '../random.ts';

export const OVERLAPS = ['allow', 'skip', 'queue', 'replace'] as const;

export interface Workflows {
  readonly etl: Plan;
  readonly report: Plan;
  readonly gone: Plan;
}

export function someWorkflows(random: Random): Workflows {
  const triggers = OVERLAPS.map(
    (overlap) => `  - { every: ${random.int(1, 5)}s, catchup: all, overlap: ${overlap} }\n`,
  );
  const wait = random.int(1, 30) * 100;
  return {
    etl: planOf(
      `name: etl\ntriggers:\n${triggers.join('')}tasks:\n  a: { uses: wait, with: { for: ${wait}ms } }\n  b: { needs: a, uses: noop }\n`,
    ),
    report: planOf('name: report\ntriggers:\n  - after: { workflow: etl }\ntasks:\n  a: { uses: noop }\n'),
    gone: planOf(
      'name: gone\ntriggers:\n  - { every: 2s, catchup: all, overlap: skip }\ntasks:\n  a: { uses: noop }\n',
    ),
  };
}
