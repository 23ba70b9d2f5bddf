/** What one run that succeeded teaches of its workflow: how long it took, and how long the nodes of each task did. Pure. */
import type { Learned, LearnedTask } from '../forecast/forecast.ts';
import type { NodeRecord } from '../node-record.ts';
import type { Plan } from '../plan.ts';
import { isCurrent } from '../run-state.ts';

export interface RunSample {
  readonly run: string;
  readonly namespace: string;
  readonly workflow: string;
  /** From its begin to its end, ms. */
  readonly ms: number;
  /** By task: mean of one node, ms; number of nodes. */
  readonly tasks: { readonly [task: string]: readonly [nodeMs: number, nodes: number] };
}

/** Samples of a workflow that are kept. */
export const RUN_SAMPLES = 20;
/** Tasks of a sample; those that took longest in all. */
const MAX_TASKS = 500;

export interface SampledRun {
  readonly id: string;
  readonly namespace: string;
  readonly workflow: string;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

/** Undefined when it has nothing to teach: no task of it worked. */
export function sampleOf(run: SampledRun, plan: Plan, records: readonly NodeRecord[]): RunSample | undefined {
  const sums = new Map<string, { ms: number; nodes: number }>();
  records.forEach((record, index) => {
    const ms = workedMs(record);
    const task = plan.tasks[record.task];
    const isNode = index >= plan.tasks.length || task?.fanOut === undefined;
    if (ms === undefined || !task || !isNode || !isCurrent(records, record)) return;
    const sum = sums.get(task.id) ?? { ms: 0, nodes: 0 };
    sums.set(task.id, sum);
    sum.ms += ms;
    sum.nodes++;
  });
  if (sums.size === 0 || run.startedAt === undefined || run.finishedAt === undefined) return undefined;
  const longest = [...sums].sort(([, a], [, b]) => b.ms - a.ms).slice(0, MAX_TASKS);
  const tasks = longest.map(([task, { ms, nodes }]) => [task, [Math.round(ms / nodes), nodes]] as const);
  const { id, namespace, workflow, startedAt, finishedAt } = run;
  return { run: id, namespace, workflow, ms: finishedAt - startedAt, tasks: Object.fromEntries(tasks) };
}

/** Undefined of what did not work here: it failed, was skipped, marked, or taken over from another run. */
function workedMs({ state, startedAt, queuedAt, endedAt }: NodeRecord): number | undefined {
  const beganAt = startedAt || queuedAt;
  return state !== 'succeeded' || endedAt === 0 || beganAt === 0 ? undefined : Math.max(0, endedAt - beganAt);
}

/** The mean over samples, each as heavy as the others. */
export function learnedFrom(samples: readonly RunSample[]): Learned {
  const sums = new Map<string, { ms: number; nodes: number; runs: number }>();
  const runs = new Map(samples.map((sample) => [sample.run, sample]));
  for (const { tasks } of runs.values()) {
    for (const [task, [nodeMs, nodes]] of Object.entries(tasks)) {
      const sum = sums.get(task) ?? { ms: 0, nodes: 0, runs: 0 };
      sums.set(task, { ms: sum.ms + nodeMs * nodes, nodes: sum.nodes + nodes, runs: sum.runs + 1 });
    }
  }
  const mean = ({ ms, nodes, runs: of }: { ms: number; nodes: number; runs: number }): LearnedTask => ({
    nodeMs: ms / nodes,
    nodes: nodes / of,
  });
  return { runs: runs.size, tasks: new Map([...sums].map(([task, sum]) => [task, mean(sum)])) };
}
