/**
 * Whether one that a limit counts still holds it or asks for it, judged from the stored run alone: the state is the truth, and
 * what a limit counts follows from it. In doubt it does: a run on its way through several limits is not told apart here.
 */
import { isRunEnded, standsAs } from '../node-state.ts';
import type { RunHeader } from '../run-header.ts';
import { isActive, type RunState } from '../run-state.ts';
import { WHOLE_RUN } from './address.ts';
import type { LimitEntry } from './document.ts';
import { needsOf } from './need.ts';

/** Why the run as a whole is a holder no more; undefined when it may be. */
export function whyRunLetGo(header: RunHeader | undefined, entry: LimitEntry): string | undefined {
  if (!header) return 'the run does not exist (any more)';
  if (isRunEnded(header.status)) return `the run ${standsAs(header.status)}`;
  if (entry.node !== WHOLE_RUN) return undefined;
  return entry.generation === (header.retries ?? 0) ? undefined : 'the run was taken up again since';
}

/** The same for one of its nodes; `run` is as restored from the store. */
export function whyNodeLetGo(run: RunState, entry: LimitEntry, address: string): string | undefined {
  const record = run.nodes[entry.node];
  const task = record && run.plan.tasks[record.task];
  if (!record || !task) return 'the run has no such node';
  if (record.generation !== entry.generation) return 'the node was reset since';
  const isBegun = isActive(record);
  if (!isBegun && record.state !== 'blocked') return `the node ${standsAs(record.state)}`;
  if ((isBegun ? record.attempt : record.attempt + 1) !== entry.attempt)
    return `the node is at attempt ${record.attempt} by now`;
  const found = needsOf(run, record, task);
  const isNeeded = 'error' in found || found.value.some((need) => need.address === address);
  return isNeeded ? undefined : 'the node does not need the limit';
}
