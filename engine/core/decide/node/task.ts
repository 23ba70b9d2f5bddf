/** Tasks: asking the trigger rule, starting what may run, and passing an end on to what lies downstream. */
import { closeEdge } from '../../edge-counts.ts';
import { evaluate, isTruthy, parseExpression } from '../../expression/index.ts';
import { preparing } from '../../prepare.ts';
import type { RunState } from '../../run-state.ts';
import { runScope } from '../../scope.ts';
import { judge } from '../../trigger-rule.ts';
import { isApplicable } from '../run/phase.ts';
import type { Turn } from '../turn.ts';
import { expandTask, startFanNode } from './fan.ts';
import { admit, endNode } from './node.ts';
import { isFanNode, type NodePlace, placeOf } from './node-place.ts';
import { failWithoutRetry } from './settle.ts';
import { takeOverTask } from './take-over.ts';

/** Asks the rule of a pending task, and does what it says. A node of a fan-out that was reset has only its own condition. */
export function judgeTask(turn: Turn, run: RunState, index: number): void {
  const place = placeOf(run, index);
  if (place?.record.state !== 'pending') return;
  if (isFanNode(place)) {
    place.record.queuedAt = turn.now;
    return startFanNode(turn, place);
  }
  const state = run.tasks[index];
  if (!state) return;
  if (!isApplicable(run, place.task)) return endNode(turn, place, 'skipped');
  if (run.former && takeOverTask(turn, place)) return;
  const verdict = judge(place.task.triggerRule, state.counts);
  if (verdict === 'wait') return;
  if (verdict === 'run') startTask(turn, place);
  else endNode(turn, place, verdict);
}

function startTask(turn: Turn, place: NodePlace): void {
  const { run, task } = place;
  if (task.if !== undefined && !task.ifPerNode) {
    const source = task.if;
    const answer = preparing(() => isTruthy(evaluate(parseExpression(source), runScope(run, turn.now))));
    if ('error' in answer) return failWithoutRetry(turn, place, answer.error);
    if (!answer.value) return endNode(turn, place, 'skipped');
  }
  if (task.fanOut) expandTask(turn, place);
  else admit(turn, place);
}

/** A task has ended: its edges get their outcomes, and the tasks behind them are asked again. */
export function endTask({ run, index, record, task }: NodePlace): void {
  run.openTasks--;
  const { childStart, childTask, childEdge } = run.graph;
  for (let at = childStart[index] ?? 0; at < (childStart[index + 1] ?? 0); at++) {
    const childIndex = childTask[at] ?? 0;
    const child = run.plan.tasks[childIndex];
    const edge = child?.edges[childEdge[at] ?? 0];
    const counts = run.tasks[childIndex]?.counts;
    if (!child || !edge || !counts) continue;
    closeEdge(counts, edge, child, record, task);
    if (run.nodes[childIndex]?.state === 'pending') run.frontier.push(childIndex);
  }
}
