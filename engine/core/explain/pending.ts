/** Nodes that have not been started: what their rule says, what holds them back, and whether they would be started now. */
import { hasRoom, isRunFull } from '../decide/node/node.ts';
import { isFanNode, type NodePlace } from '../decide/node/node-place.ts';
import { isStopping } from '../decide/node/stop.ts';
import { isApplicable } from '../decide/run/phase.ts';
import { fanOutItems, isDerived } from '../fan-out.ts';
import { hasLimits, needsOf } from '../limit/need.ts';
import { isRunEnded } from '../node-state.ts';
import type { TaskPhase } from '../plan.ts';
import { preparing } from '../prepare.ts';
import { isCancelling, partAtHand, partOf } from '../run-part.ts';
import type { RunState } from '../run-state.ts';
import { runScope } from '../scope.ts';
import { judge, type Verdict } from '../trigger-rule.ts';
import { conditionOf } from './condition.ts';
import { type Reason, reason } from './explanation.ts';
import type { ExplainFacts } from './facts.ts';
import { needsOfBlocked, nodeLimitReasons } from './limits.ts';
import { edgeReasons, openUpstream, ruleReason } from './rule.ts';

/** What the trigger rule says of a task, by the same question that the engine asks. */
export function verdictOf({ run, index, task }: NodePlace): Verdict {
  const state = run.tasks[index];
  return state ? judge(task.triggerRule, state.counts) : 'run';
}

/** Whether the run takes decisions about new work at all. */
export function isDeciding(run: RunState): boolean {
  const { status, paused, reset } = run.header;
  return status !== 'queued' && !isRunEnded(status) && !paused && !reset && !isCancelling(run);
}

/** A task belongs to one part of the run, and is not looked at in the others. */
function isInPart({ run, task }: NodePlace): boolean {
  return partOf(task) === partAtHand(run.header);
}

/** Whether the engine, asked now, would start the pending or blocked node. */
export function wouldRun(place: NodePlace, now: number): boolean {
  const { run, record, task } = place;
  if (!isDeciding(run) || !isInPart(place) || isStopping(run, record.task)) return false;
  if (record.state === 'blocked')
    return hasRoom(place) && needsOfBlocked(place).length === 0 && !isKeyBroken(place);
  if (record.state !== 'pending') return false;
  if (!isFanNode(place) && (!isApplicable(run, task) || verdictOf(place) !== 'run')) return false;
  const condition = conditionOf(place, now);
  if (condition && condition.says !== true) return false;
  if (task.fanOut && !isFanNode(place)) return hasItems(place, now);
  return hasRoom(place) && needsOfBlocked(place).length === 0 && !isKeyBroken(place);
}

/** A fan-out starts whatever room there is: its nodes are held back one by one. */
function hasItems({ run, task }: NodePlace, now: number): boolean {
  const { fanOut } = task;
  if (!fanOut || !isDerived(fanOut)) return true;
  const reply = preparing(() => fanOutItems(fanOut, runScope(run, now)));
  return 'value' in reply && 'items' in reply.value;
}

export function pendingReasons(place: NodePlace, now: number): Reason[] {
  if (isFanNode(place)) return withCondition(place, now, roomReasons(place));
  if (!isInPart(place)) return [partReason(place)];
  const verdict = verdictOf(place);
  const rule = [ruleReason(place.task.triggerRule, verdict), ...edgeReasons(place.run, place.task)];
  if (verdict === 'wait') return [upstreamReason(place), ...rule];
  if (verdict !== 'run') return rule;
  return withCondition(place, now, place.task.fanOut ? rule : [...roomReasons(place), ...rule]);
}

const PARTS = {
  compensate: 'undoes a task, if the run does not succeed',
  on_success: 'is a handler for when the run has succeeded',
  on_failure: 'is a handler for when the run has failed',
  on_finish: 'is a handler for the end of the run, however it ends',
} as const satisfies Record<TaskPhase, string>;

/** Tasks of another part than the one at hand; also those that were passed over, since their case did not come. */
export function partReason({ run, task }: NodePlace): Reason {
  const role =
    task.phase === undefined ? 'belongs to the main part of the run, which is over' : PARTS[task.phase];
  const result = run.header.result
    ? ` The main part ${run.header.result.status}.`
    : ' The main part is not over yet.';
  return reason('run_part', `It ${role}.${result}`, {
    part: partOf(task),
    result: run.header.result?.status ?? null,
  });
}

function withCondition(place: NodePlace, now: number, reasons: readonly Reason[]): Reason[] {
  const condition = conditionOf(place, now);
  return condition ? [condition.reason, ...reasons] : [...reasons];
}

function upstreamReason({ run, task }: NodePlace): Reason {
  const open = openUpstream(run, task);
  const names = open.slice(0, 10).map(({ id, state }) => `${id} (${state})`);
  const more = open.length > 10 ? ` and ${open.length - 10} more` : '';
  return reason('upstream', `Waits for ${names.join(', ')}${more}.`, { open: open.map(({ id }) => id) });
}

export function blockedReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  return [...nodeLimitReasons(place, facts), ...roomReasons(place)];
}

/** The key of a limit cannot be resolved, so that the node fails as soon as there is room. */
function isKeyBroken({ run, record, task }: NodePlace): boolean {
  return hasLimits(task) && 'error' in needsOf(run, record, task);
}

/** What of `max_parallel` is used up, by the same counts that the engine keeps. */
function roomReasons({ run, record, task }: NodePlace): Reason[] {
  const fan = run.tasks[record.task]?.fan;
  const reasons: Reason[] = [];
  if (fan && task.maxParallel !== undefined && fan.active >= task.maxParallel) {
    const text = `\`max_parallel: ${task.maxParallel}\` of ${task.id} is used up: ${fan.active} of its nodes are under way.`;
    reasons.push(reason('task_full', text, { limit: task.maxParallel, active: fan.active }));
  }
  if (isRunFull(run)) {
    const limit = run.plan.maxParallel ?? 0;
    const text = `\`max_parallel: ${limit}\` of the run is used up: ${run.active} nodes are under way.`;
    reasons.push(reason('run_full', text, { limit, active: run.active }));
  }
  return reasons;
}
