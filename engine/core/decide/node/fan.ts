/** Fan-outs: fixing the number of nodes, creating them step by step, and closing when all have ended. */
import type { TaskError } from '../../errors.ts';
import { evaluate, isTruthy, parseExpression } from '../../expression/index.ts';
import { allowedFailures, fanOutItems, type ItemsReply, isDerived } from '../../fan-out.ts';
import type { Json } from '../../json.ts';
import { newRecord } from '../../node-record.ts';
import { isEnded } from '../../node-state.ts';
import type { FanOut } from '../../plan.ts';
import { nodeScope, preparing } from '../../prepare.ts';
import type { FanState, RunState } from '../../run-state.ts';
import { runScope } from '../../scope.ts';
import { undoneNodes } from '../../undone-node.ts';
import type { Turn } from '../turn.ts';
import { admit, endNode, hasRoom } from './node.ts';
import { type NodePlace, placeOf } from './node-place.ts';
import { failWithoutRetry } from './settle.ts';
import { isStopping, stopNode } from './stop.ts';
import { takeOverNode } from './take-over.ts';

/** Fixes the items. From here on the task is running until its last node has ended. */
export function expandTask(turn: Turn, place: NodePlace): void {
  const { run, index, record, task } = place;
  const fan = run.tasks[index]?.fan;
  const fanOut = task.fanOut;
  if (!fan || !fanOut) return;
  const reply = preparing(() => itemsOf(turn, place, fanOut));
  if ('error' in reply) return failWithoutRetry(turn, place, reply.error);
  if ('error' in reply.value) return failWithoutRetry(turn, place, reply.value.error);
  fan.items = reply.value.items;
  record.state = 'running';
  record.expanded = true;
  record.item = fan.items.length;
  record.queuedAt = turn.now;
  record.startedAt = turn.now;
  turn.saveNode(run, index);
  const nobody = fanOut.kind === 'broadcast' && fan.items.length === 0;
  const reason = nobody
    ? { reason: `no worker of queue "${task.queue}" with the labels asked for is alive` }
    : {};
  turn.event(run, 'node.expanded', { node: index, detail: { count: fan.items.length, ...reason } });
  run.expanding.add(index);
}

/** The items; those that could not be derived again are stored. */
function itemsOf(turn: Turn, { run, index, task }: NodePlace, fanOut: FanOut): ItemsReply {
  if (isDerived(fanOut)) return fanOutItems(fanOut, runScope(run, turn.now));
  const items: Json[] =
    fanOut.kind === 'broadcast'
      ? turn.facts
          .workersOf(task.queue, task.workerLabels ?? {})
          .map(({ session, name }) => ({ session, name }))
      : undoneNodes(run, task);
  turn.saveOutput(run, index, { ...run.outputs.get(index), i: items });
  return { items };
}

/** Creates nodes while there is room. Stops when the turn is full; the position is the number of nodes created. */
export function createNodes(turn: Turn, run: RunState, taskIndex: number): void {
  const place = placeOf(run, taskIndex);
  const fan = run.tasks[taskIndex]?.fan;
  if (!place || !fan) return;
  while (fan.nodes.length < place.record.item && !isStopping(run, taskIndex)) {
    if (turn.isCrowded || !hasRoom(place)) return;
    createNode(turn, place, fan);
  }
  run.expanding.delete(taskIndex);
  closeFan(turn, run, taskIndex);
}

function createNode(turn: Turn, { run, record: taskRecord, task }: NodePlace, fan: FanState): void {
  const { task: taskIndex, generation } = taskRecord;
  const record = { ...newRecord(taskIndex, fan.nodes.length), generation, queuedAt: turn.now };
  const index = run.nodes.length;
  run.nodes.push(record);
  fan.nodes.push(index);
  run.header.nodes = run.nodes.length;
  const place = { run, index, record, task };
  if (run.former && takeOverNode(turn, place)) return;
  startFanNode(turn, place);
}

/** Asks the condition of one node, and does what it says. */
export function startFanNode(turn: Turn, place: NodePlace): void {
  const { run, record, task } = place;
  if (task.if !== undefined && task.ifPerNode) {
    const source = task.if;
    const answer = preparing(() => isTruthy(evaluate(parseExpression(source), nodeScope(run, record, task))));
    if ('error' in answer) return failWithoutRetry(turn, place, answer.error);
    if (!answer.value) return endNode(turn, place, 'skipped');
  }
  admit(turn, place);
}

/** A node of a fan-out has ended. */
export function endFanNode(turn: Turn, { run, record }: NodePlace): void {
  const fan = run.tasks[record.task]?.fan;
  if (!fan) return;
  fan.ended++;
  if (record.state === 'succeeded') fan.succeeded++;
  if (record.state === 'skipped') fan.skipped++;
  if (record.state === 'failed') {
    fan.failed++;
    if (isStopping(run, record.task)) run.stopping.add(record.task);
  }
  if (!run.expanding.has(record.task)) closeFan(turn, run, record.task);
}

/** Stops what is left of a fan-out that has failed. Goes on in the next turn when this one is full. */
export function stopRest(turn: Turn, run: RunState, taskIndex: number): void {
  const fan = run.tasks[taskIndex]?.fan;
  if (fan && isStopping(run, taskIndex)) {
    for (const index of fan.nodes) {
      if (turn.isCrowded) return;
      const place = placeOf(run, index);
      if (place && !isEnded(place.record.state)) stopNode(turn, place);
    }
  }
  run.stopping.delete(taskIndex);
}

/** Ends the task when every node that will ever be has ended. */
export function closeFan(turn: Turn, run: RunState, taskIndex: number): void {
  const place = placeOf(run, taskIndex);
  const fan = run.tasks[taskIndex]?.fan;
  if (!place || !fan || place.record.state !== 'running' || fan.ended < fan.nodes.length) return;
  if (fan.nodes.length < place.record.item && !isStopping(run, taskIndex)) return;
  if (fan.failed > allowedFailures(place.task.maxFailures, place.record.item)) {
    return endNode(turn, place, 'failed', { e: fanError(run, fan, place.record.item) });
  }
  const cancelled =
    fan.nodes.length < place.record.item || fan.ended > fan.succeeded + fan.failed + fan.skipped;
  if (cancelled) return endNode(turn, place, 'cancelled');
  endNode(turn, place, fan.ended > 0 && fan.skipped === fan.ended ? 'skipped' : 'succeeded');
}

function fanError(run: RunState, fan: FanState, total: number): TaskError {
  const item = fan.nodes.findIndex((index) => run.nodes[index]?.state === 'failed');
  const first = run.outputs.get(fan.nodes[item] ?? -1)?.e;
  const reason = first ? ` First, item ${item}: ${first.message}` : '';
  return { code: 'fan_out_failed', message: `${fan.failed} of ${total} nodes failed.${reason}` };
}
