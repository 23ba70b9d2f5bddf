/** What former runs of a workflow teach: how long a node of each task took, and how many there were. Reads; keeps nothing. */
import type { Learned, LearnedTask } from '../../core/forecast/index.ts';
import type { NodeRecord } from '../../core/node-record.ts';
import type { Plan } from '../../core/plan.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import type { Client } from './client.ts';
import { recordsOf } from './run-view.ts';

/** Newest runs that are looked at. */
const RUNS = 10;

/** From the newest runs that succeeded. */
export async function learnFromRuns(
  { client, index }: { readonly client: Client; readonly index: Pick<RunIndex, 'list'> },
  { namespace, name }: Pick<Plan, 'namespace' | 'name'>,
): Promise<Learned> {
  const { runs } = await index.list({ namespace, workflow: name, status: 'succeeded' }, RUNS);
  const sums = new Map<string, Sums>();
  let used = 0;
  for (const { id } of runs) {
    // A run may be removed between the list and the look.
    const loaded = await client.load(id).catch(() => undefined);
    if (!loaded) continue;
    used++;
    addRun(sums, recordsOf(loaded.stored, loaded.plan), loaded.plan);
  }
  return { runs: used, tasks: new Map([...sums].map(([task, one]) => [task, meanOf(one)])) };
}

interface Sums {
  ms: number;
  nodes: number;
  runs: number;
}

function addRun(sums: Map<string, Sums>, records: readonly NodeRecord[], plan: Plan): void {
  const seen = new Set<string>();
  records.forEach((record, index) => {
    const task = plan.tasks[record.task];
    const isNode = index >= plan.tasks.length || task?.fanOut === undefined;
    if (!task || !isNode || record.state !== 'succeeded' || record.endedAt === 0) return;
    // What was marked, or taken over from another run, has not worked here and teaches nothing.
    const beganAt = record.startedAt || record.queuedAt;
    if (beganAt === 0) return;
    const sum = sums.get(task.id) ?? { ms: 0, nodes: 0, runs: 0 };
    sums.set(task.id, sum);
    sum.ms += Math.max(0, record.endedAt - beganAt);
    sum.nodes++;
    if (!seen.has(task.id)) sum.runs++;
    seen.add(task.id);
  });
}

function meanOf({ ms, nodes, runs }: Sums): LearnedTask {
  return { nodeMs: ms / nodes, nodes: nodes / runs };
}
