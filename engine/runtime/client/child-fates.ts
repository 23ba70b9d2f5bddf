/** What a reset, or a rerun, does to the runs that nodes have started: none of them is touched, some get a successor. */
import type { EventRecord } from '../../core/event.ts';
import type { NodeRecord } from '../../core/node-record.ts';
import { isCurrent } from '../../core/run-state.ts';
import type { Client } from './client.ts';
import { nodeName, readLeft, recordsOf } from './run-view.ts';
import { childOf } from './waiting-view.ts';

export interface ChildFate {
  /** The node that has started it: `resize`, or `resize[3]`. */
  readonly node: string;
  readonly workflow: string;
  readonly run: string;
  /** `replaced`: the node starts another one. `kept`: the node goes on with what this one gave. */
  readonly becomes: 'replaced' | 'kept';
}

/** Of all nodes that have started a run. `runsAgain` tells of a node's record, and its index, whether it is done again. */
export async function childFates(
  client: Client,
  run: string,
  runsAgain: (record: NodeRecord, index: number) => boolean,
): Promise<ChildFate[]> {
  const { stored, plan } = await client.load(run);
  if (!plan.tasks.some(({ child }) => child)) return [];
  const events = new Map<number, EventRecord[]>();
  for (const event of await client.history(run)) {
    if (event.type === 'node.child_started' && event.node !== undefined) events.set(event.node, [event]);
  }
  const records = recordsOf(stored, plan);
  return records.flatMap((record, index): ChildFate[] => {
    const { child } = plan.tasks[record.task] ?? {};
    const started =
      child && isCurrent(records, record) && childOf(events.get(index) ?? [], readLeft(stored, index));
    if (!started) return [];
    const becomes = runsAgain(record, index) ? 'replaced' : 'kept';
    return [{ node: nodeName(record, index, plan), workflow: child.workflow, run: started, becomes }];
  });
}
