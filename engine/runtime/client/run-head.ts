/** A run without its nodes: what can be told of it cheaply, however many nodes it has. */

import type { NodeState } from '../../core/node-state.ts';
import type { RunHeader } from '../../core/run-header.ts';
import { isCurrent } from '../../core/run-state.ts';
import type { Client } from './client.ts';
import { type RunView, recordsOf, viewRun } from './run-view.ts';

export interface RunHead extends Omit<RunView, 'nodes'> {
  readonly labels: { readonly [name: string]: string };
  readonly priority: number;
  readonly trigger: RunHeader['trigger'];
  readonly paused_at: string | null;
  /** Nodes by state; a state that none is in has no member. */
  readonly states: { readonly [state in NodeState]?: number };
}

/** @throws SluiceError run_not_found */
export async function showHead(client: Client, run: string): Promise<RunHead> {
  const { stored, plan } = await client.load(run);
  const { header } = stored;
  const events = await client.history(run);
  const known = await client.known(header);
  const { nodes: _nodes, ...view } = viewRun(await client.whole(stored), plan, { events, ...known });
  const states: { [state in NodeState]?: number } = {};
  const records = recordsOf(stored, plan);
  records.forEach((record, index) => {
    const isFanOut = index < plan.tasks.length && plan.tasks[record.task]?.fanOut !== undefined;
    if (!isFanOut && isCurrent(records, record)) states[record.state] = (states[record.state] ?? 0) + 1;
  });
  const { labels, priority, trigger, paused } = header;
  return {
    ...view,
    labels,
    priority,
    trigger,
    paused_at: paused === undefined ? null : new Date(paused.at).toISOString(),
    states,
  };
}
