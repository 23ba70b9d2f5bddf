/** Takes over from a former run how its tasks ended: their nodes do not run again. */
import { childRunId } from '../../child-plan.ts';
import type { NodeRecord } from '../../node-record.ts';
import { isEnded } from '../../node-state.ts';
import type { NodeOutput } from '../../run-header.ts';
import type { FormerRun, RunState } from '../../run-state.ts';
import type { Turn } from '../turn.ts';
import { isFanNode, type NodePlace } from './node-place.ts';

/** Record index of the task in the former run, if the new run takes it over. */
function formerTask(run: RunState, task: number): { former: FormerRun; index: number } | undefined {
  const { former } = run;
  const id = run.plan.tasks[task]?.id;
  const isReused =
    id !== undefined && run.nodes[task]?.generation === 1 && run.header.reuse?.tasks.includes(id);
  if (!former || !isReused) return undefined;
  const index = former.plan.tasks.findIndex((one) => one.id === id);
  const state = former.nodes[index]?.state;
  return state !== undefined && isEnded(state) ? { former, index } : undefined;
}

/** True when the task needs no decision of its own: it has ended as it had, or its nodes follow one by one. */
export function takeOverTask(turn: Turn, place: NodePlace): boolean {
  const found = formerTask(place.run, place.index);
  const before = found?.former.nodes[found.index];
  if (!found || !before) return false;
  const { run, index, record } = place;
  if (!before.expanded) {
    endAsBefore(turn, place, before, leftBy(found.former, found.index));
    return true;
  }
  const left = found.former.outputs.get(found.index);
  record.state = 'running';
  record.expanded = true;
  record.item = before.item;
  record.queuedAt = turn.now;
  record.startedAt = turn.now;
  turn.saveNode(run, index);
  if (left) turn.saveOutput(run, index, left);
  turn.event(run, 'node.expanded', { node: index, detail: { count: before.item } });
  run.expanding.add(index);
  return true;
}

/** The same for one node of a fan-out. */
export function takeOverNode(turn: Turn, place: NodePlace): boolean {
  const found = formerTask(place.run, place.record.task);
  const node = found?.former.tasks[found.index]?.fan?.nodes[place.record.item];
  const before = found && node !== undefined ? found.former.nodes[node] : undefined;
  if (!found || node === undefined || !before || !isEnded(before.state)) return false;
  endAsBefore(turn, place, before, leftBy(found.former, node));
  return true;
}

/** Its outputs, and the run that it had started as its work. */
function leftBy({ header, plan, nodes, outputs }: FormerRun, index: number): NodeOutput | undefined {
  const left = outputs.get(index);
  const record = nodes[index];
  const task = plan.tasks[record?.task ?? -1];
  const isAtItem = index >= plan.tasks.length || !task?.fanOut;
  const isStarted = task?.child && isAtItem && record && record.attempt > 0 && record.state === 'succeeded';
  if (!isStarted || left?.c !== undefined) return left;
  const { generation, attempt } = record;
  return { ...left, c: childRunId(header.id, { node: index, generation, attempt }) };
}

function endAsBefore(turn: Turn, place: NodePlace, before: NodeRecord, left: NodeOutput | undefined): void {
  const { run, index, record } = place;
  record.state = before.state;
  record.choice = before.choice;
  record.endedAt = turn.now;
  turn.saveNode(run, index);
  // The last of a fan-out's nodes ends the fan-out in the same commit: room for that is taken now.
  if (isFanNode(place)) turn.saveNode(run, record.task);
  if (left) turn.saveOutput(run, index, left);
  turn.event(run, 'node.reused', {
    node: index,
    detail: { run: run.header.reuse?.run ?? '', as: before.state },
  });
  turn.ended.push(place);
  turn.shard.unfinished.add(run.header.id);
}
