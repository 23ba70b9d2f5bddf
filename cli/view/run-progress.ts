/** What is known of a run while it goes on: a state per task, counted from its events. Pure: events in, state out. */
import type { TaskError } from '../../engine/core/errors.ts';
import type { EventRecord, EventType } from '../../engine/core/event.ts';
import { isEnded, NODE_STATES, type NodeState } from '../../engine/core/node-state.ts';
import type { Plan, PlanTask } from '../../engine/core/plan.ts';

export interface TaskProgress {
  readonly id: string;
  readonly at: string | undefined;
  readonly isFanOut: boolean;
  /** `allow_failure`. */
  readonly mayFail: boolean;
  state: NodeState;
  /** Tries so far; of a fan-out those beyond each node's first. */
  attempt: number;
  retries: number;
  /** ms since 1970, Redis' clock; 0 when it has not happened. */
  startedAt: number;
  endedAt: number;
  /** When the next try or the end of a wait is due. */
  until: number;
  /** Of a fan-out: number of nodes, once it is known, and how many are in each state. */
  total: number | undefined;
  readonly counts: Map<NodeState, number>;
  lastLine: string;
  error: TaskError | undefined;
}

const STATE_AFTER: ReadonlyMap<EventType, NodeState> = new Map([
  ['node.expanded', 'running'],
  ['node.blocked', 'blocked'],
  ['node.queued', 'queued'],
  ['node.started', 'running'],
  ['node.waiting', 'waiting'],
  ['node.repeating', 'waiting'],
  ['node.retrying', 'retrying'],
  ['node.succeeded', 'succeeded'],
  ['node.failed', 'failed'],
  ['node.skipped', 'skipped'],
  ['node.upstream_failed', 'upstream_failed'],
  ['node.cancelled', 'cancelled'],
]);

function stateAfter({ type, detail }: EventRecord): NodeState | undefined {
  const told = NODE_STATES.find((state) => state === detail?.as);
  if (type === 'node.reset') return told ?? 'pending';
  return type === 'node.reused' ? told : STATE_AFTER.get(type);
}

export class RunProgress {
  readonly tasks: readonly TaskProgress[];
  /** When the run began and ended, ms since 1970; 0 when it has not. */
  startedAt = 0;
  endedAt = 0;
  isCancelling = false;
  readonly #nodeStates = new Map<number, NodeState>();

  constructor(plan: Plan) {
    this.tasks = plan.tasks.map(newTaskProgress);
  }

  /** `task` is the index of the task to which the event's node belongs. */
  apply(event: EventRecord, task: number | undefined): void {
    if (event.type === 'run.started') this.startedAt = event.at;
    if (event.type === 'run.cancelling') this.isCancelling = true;
    if (event.type === 'run.retried') {
      this.endedAt = 0;
      this.isCancelling = false;
    }
    if (event.type === 'run.succeeded' || event.type === 'run.failed' || event.type === 'run.cancelled')
      this.endedAt = event.at;
    const progress = task === undefined ? undefined : this.tasks[task];
    if (progress === undefined || event.node === undefined) return;
    if (event.node < this.tasks.length) applyToTask(progress, event);
    else this.#applyToNode(progress, event.node, event);
  }

  /** How many tasks are in each state. */
  counts(): Map<NodeState, number> {
    const counts = new Map<NodeState, number>();
    for (const { state } of this.tasks) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  #applyToNode(progress: TaskProgress, node: number, event: EventRecord): void {
    const state = stateAfter(event);
    if (state === undefined) return;
    const before = this.#nodeStates.get(node);
    if (before !== undefined) progress.counts.set(before, (progress.counts.get(before) ?? 1) - 1);
    progress.counts.set(state, (progress.counts.get(state) ?? 0) + 1);
    this.#nodeStates.set(node, state);
    if (event.type === 'node.retrying') progress.retries++;
    if (event.detail?.error) progress.error = event.detail.error;
  }
}

function newTaskProgress(task: PlanTask): TaskProgress {
  return {
    id: task.id,
    at: task.at,
    isFanOut: task.fanOut !== undefined,
    mayFail: task.allowFailure,
    state: 'pending',
    attempt: 0,
    retries: 0,
    startedAt: 0,
    endedAt: 0,
    until: 0,
    total: undefined,
    counts: new Map(),
    lastLine: '',
    error: undefined,
  };
}

function applyToTask(progress: TaskProgress, event: EventRecord): void {
  const state = stateAfter(event);
  if (state === undefined) return;
  // A fan-out that is reset as a whole gets new nodes.
  if (state === 'pending') progress.counts.clear();
  progress.state = state;
  if (event.attempt !== undefined) progress.attempt = event.attempt;
  if (event.type === 'node.expanded') progress.total = event.detail?.count ?? 0;
  if (event.type === 'node.retrying') progress.retries++;
  if (state === 'running' && progress.startedAt === 0) progress.startedAt = event.at;
  if (isEnded(state)) progress.endedAt = event.at;
  if (event.detail?.error) progress.error = event.detail.error;
  progress.until = event.detail?.until ?? 0;
}

/** Nodes of a fan-out that have ended. */
export function endedNodes(progress: TaskProgress): number {
  let ended = 0;
  for (const [state, count] of progress.counts) if (isEnded(state)) ended += count;
  return ended;
}
