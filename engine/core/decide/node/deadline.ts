/** Deadlines: a task or a run that is late says so once. Nothing is stopped. */
import type { AttemptName } from '../../message.ts';
import { isEnded } from '../../node-state.ts';
import type { RunState } from '../../run-state.ts';
import { logicalTime } from '../../scope.ts';
import { fireForRun } from '../notification/run-alert.ts';
import { notifyNode, notifyRunLate } from '../notification/tell.ts';
import type { Turn } from '../turn.ts';
import { isFanNode, type NodePlace, placeOf } from './node-place.ts';

/** Of the run (node 0) or of a task, whatever its attempt. */
function deadlineName(run: RunState, node: number): AttemptName {
  return { run: run.header.id, node, generation: 0, attempt: 0 };
}

/** The run has started. A scheduled run is late by its logical time, any other by its start. */
export function setDeadlines(turn: Turn, run: RunState): void {
  const { plan, header } = run;
  if (plan.deadlineMs !== undefined) {
    const isScheduled =
      header.trigger['logical_time'] !== undefined && !['workflow', 'rerun'].includes(header.trigger.type);
    const from = isScheduled ? Date.parse(logicalTime(run)) : turn.now;
    turn.setTimer('run_deadline', deadlineName(run, 0), from + plan.deadlineMs);
  }
  for (const [index, task] of plan.tasks.entries())
    if (task.deadlineMs !== undefined)
      turn.setTimer('deadline', deadlineName(run, index), turn.now + task.deadlineMs);
}

export function takeDeadline(turn: Turn, run: RunState, index: number): void {
  const place = placeOf(run, index);
  if (!place || isEnded(place.record.state)) return;
  turn.event(run, 'node.overdue', { node: index });
  notifyNode(turn, place, { occasion: 'late' });
}

export function takeRunDeadline(turn: Turn, run: RunState): void {
  turn.event(run, 'run.late');
  notifyRunLate(turn, run);
  fireForRun(turn, run, 'late');
}

/** The node has ended, and a task with it unless it is one of a fan-out's nodes. */
export function clearDeadline(turn: Turn, place: NodePlace): void {
  if (place.task.deadlineMs === undefined || isFanNode(place)) return;
  turn.removeTimer('deadline', deadlineName(place.run, place.index));
}

export function clearRunDeadline(turn: Turn, run: RunState): void {
  if (run.plan.deadlineMs !== undefined) turn.removeTimer('run_deadline', deadlineName(run, 0));
}
