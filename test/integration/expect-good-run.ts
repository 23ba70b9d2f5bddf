/** Waits for the end of a run and has it judged. */
import { expect } from 'vitest';
import type { EventView } from '../../engine/runtime/client/run-view.ts';
import type { Step } from '../support/cluster/workflow.ts';
import type { Cluster } from '../support/cluster.ts';
import { findViolations } from './check.ts';

/** Answers the history. */
export async function expectGoodRun(
  cluster: Cluster,
  run: string,
  steps: readonly Step[],
): Promise<readonly EventView[]> {
  const told = await cluster.waitForRun(run);
  const history = await cluster.client.events(run);
  const ledger = cluster.ledger.read().filter((line) => line.run === run);
  expect(findViolations({ steps, told, history, ledger, disturbed: cluster.disturbed })).toEqual([]);
  return history;
}
