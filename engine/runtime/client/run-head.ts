/** A run without its nodes: what can be told of it cheaply, however many nodes it has. */

import type { NodeRecord } from '../../core/node-record.ts';
import { isRunEnded, type NodeState } from '../../core/node-state.ts';
import type { Plan } from '../../core/plan.ts';
import type { RunHeader } from '../../core/run-header.ts';
import { isCurrent } from '../../core/run-state.ts';
import type { Client } from './client.ts';
import { costOfRun, needsEventsForCost } from './cost-view.ts';
import { RunPast } from './run-past.ts';
import { costsOfNodes, type RunView, recordsOf, viewWhole } from './run-view.ts';

export interface RunHead extends Omit<RunView, 'nodes'> {
  readonly labels: { readonly [name: string]: string };
  readonly priority: number;
  readonly trigger: RunHeader['trigger'];
  readonly paused_at: string | null;
  /** Nodes by state; a state that none is in has no member. */
  readonly states: { readonly [state in NodeState]?: number };
}

/**
 * @param past what is known of the run's history already; it is read on where that is needed.
 * @throws SluiceError run_not_found
 */
export async function showHead(client: Client, run: string, past = new RunPast()): Promise<RunHead> {
  const { stored, plan } = await client.loadStates(run);
  const { header } = stored;
  if (needsPast(header, plan)) await client.readPast(run, past);
  const records = recordsOf(stored, plan);
  const whole = await client.whole({ ...stored, outputs: new Map() });
  const known = await client.known(header);
  const cost = costOfRun(header, () => costsOfNodes(records, plan, past));
  const { labels, priority, trigger, paused } = header;
  return {
    ...viewWhole({ header: whole.header, records, plan, past, cost }, known),
    labels,
    priority,
    trigger,
    paused_at: paused === undefined ? null : new Date(paused.at).toISOString(),
    states: countStates(records, plan),
  };
}

/** While a run goes on its nodes may tell how far they are; of one that has ended little is asked that only its history tells. */
function needsPast(header: RunHeader, plan: Plan): boolean {
  const { status, retries = 0 } = header;
  return !isRunEnded(status) || retries > 0 || needsEventsForCost(header, plan);
}

function countStates(records: readonly NodeRecord[], plan: Plan): RunHead['states'] {
  const states: { [state in NodeState]?: number } = {};
  records.forEach((record, index) => {
    const isFanOut = index < plan.tasks.length && plan.tasks[record.task]?.fanOut !== undefined;
    if (!isFanOut && isCurrent(records, record)) states[record.state] = (states[record.state] ?? 0) + 1;
  });
  return states;
}
