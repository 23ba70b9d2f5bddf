/**
 * Resets: nodes begin a new generation, step by step, so that a fan-out of any size is reset in commits of bounded size. What
 * is to be reset stands in the run's header until it is done; nothing else is decided for the run meanwhile.
 */
import type { TaskError } from '../../errors.ts';
import { isEnded } from '../../node-state.ts';
import type { NodeMark, NodeOutput, ResetWork } from '../../run-header.ts';
import { isCurrent, type RunState, recount } from '../../run-state.ts';
import type { Turn } from '../turn.ts';
import { chooseCase } from './engine-action.ts';
import { endNode } from './node.ts';
import { placeOf } from './node-place.ts';

/** Goes on with the reset. When it is done, all that follows from the records is derived anew. */
export function continueReset(turn: Turn, run: RunState, work: ResetWork): void {
  const tasks = new Set(work.tasks);
  const reopened = new Set([...work.partial, ...work.nodes.map((index) => run.nodes[index]?.task ?? -1)]);
  const newest = newestGenerations(run);
  const single = new Set(work.nodes);
  while (work.position < run.nodes.length) {
    if (turn.isCrowded) return turn.saveHeader(run);
    const index = work.position++;
    if (tasks.has(index)) resetNode(turn, run, index, (newest.get(index) ?? 0) + 1);
    else if (reopened.has(index)) reopenFan(turn, run, index);
    else if (single.has(index) || isUnsuccessful(run, work, index))
      resetNode(turn, run, index, (run.nodes[index]?.generation ?? 0) + 1);
  }
  delete run.header.reset;
  turn.saveHeader(run);
  recount(run);
  if (work.mark) endMarked(turn, run, work.mark);
}

/** The newest generation of each task and its nodes: a task that is reset leaves all of them behind. */
function newestGenerations({ nodes }: RunState): Map<number, number> {
  const newest = new Map<number, number>();
  for (const { task, generation } of nodes) newest.set(task, Math.max(newest.get(task) ?? 0, generation));
  return newest;
}

function isUnsuccessful(run: RunState, { partial }: ResetWork, index: number): boolean {
  const record = run.nodes[index];
  if (!record || index < run.plan.tasks.length) return false;
  const isDone = record.state === 'succeeded' || record.state === 'skipped';
  return partial.includes(record.task) && isEnded(record.state) && !isDone && isCurrent(run.nodes, record);
}

function resetNode(turn: Turn, run: RunState, index: number, generation: number): void {
  const record = run.nodes[index];
  if (!record) return;
  Object.assign(record, {
    state: 'pending',
    expanded: false,
    earlier: record.attempt,
    generation,
    queuedAt: 0,
    startedAt: 0,
    endedAt: 0,
    firstStartedAt: 0,
    deaths: 0,
    choice: 0,
  });
  if (index < run.plan.tasks.length) record.item = 0;
  // What an earlier generation left is not to be taken for its own.
  if (run.outputs.has(index)) turn.saveOutput(run, index, {});
  turn.saveNode(run, index);
  turn.event(run, 'node.reset', { node: index, detail: { generation } });
}

/** Some of its nodes run again, so the fan-out is running again: of the same generation, since the others stay. */
function reopenFan(turn: Turn, run: RunState, index: number): void {
  const record = run.nodes[index];
  if (!record || !isEnded(record.state)) return;
  record.state = 'running';
  record.endedAt = 0;
  turn.saveNode(run, index);
  turn.event(run, 'node.reset', { node: index, detail: { generation: record.generation, as: 'running' } });
}

/** The node ends as a person said. */
function endMarked(turn: Turn, run: RunState, mark: NodeMark): void {
  const { node, as, outputs, reason, by, cost } = mark;
  const place = placeOf(run, node);
  if (!place) return;
  const detail = {
    as,
    ...(reason === undefined ? {} : { reason }),
    ...(by === undefined ? {} : { by }),
    ...(cost === undefined ? {} : { cost }),
  };
  turn.event(run, 'node.marked', { node, detail });
  if (as === 'succeeded') chooseCase(place, outputs ?? {});
  endNode(turn, place, as, leftBy(mark));
}

function leftBy({ as, outputs = {}, reason, by }: NodeMark): NodeOutput {
  if (as === 'skipped') return {};
  if (as === 'succeeded') return { o: outputs };
  const who = by === undefined ? 'somebody' : by;
  const message = `${who} marked it as failed${reason === undefined ? '' : `: ${reason}`}`;
  return { e: { code: 'marked_failed', message } satisfies TaskError };
}
