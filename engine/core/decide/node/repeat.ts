/**
 * Success of an attempt: the node's end, or, for a task with `repeat`, one iteration of several. Each iteration is an attempt
 * (more, when one fails and `retry` says so); between two of them the node waits and holds nothing.
 */
import type { TaskError } from '../../errors.ts';
import { evaluate, isTruthy, parseExpression, type ScopeValue } from '../../expression/index.ts';
import { outputsLookup } from '../../large-outputs.ts';
import type { PlanRepeat } from '../../plan.ts';
import { nodeScope, preparing } from '../../prepare.ts';
import type { NodeOutput } from '../../run-header.ts';
import { isCancelling } from '../../run-part.ts';
import type { Turn } from '../turn.ts';
import { admit, endNode, iterationsOf, waitFor } from './node.ts';
import type { NodePlace } from './node-place.ts';
import { isStopping } from './stop.ts';

/** Attempts are stored in 16 bits: a node that has gone on for so long without `max` ends here. */
const MAX_ATTEMPTS = 60_000;

/** Failed and running attempts of the current iteration; of a task without `repeat` all attempts. */
export function attemptsOfIteration(place: NodePlace): number {
  const { attempt, earlier } = place.record;
  return attempt - Math.max(iterationsOf(place).r?.since ?? 0, earlier);
}

/** Number of the current iteration, from 1. */
export function iterationOf(place: NodePlace): number {
  return (iterationsOf(place).r?.done ?? 0) + 1;
}

/** The attempt succeeded. The node has ended, unless its task repeats and is not done. */
export function succeedAttempt(turn: Turn, place: NodePlace, left: NodeOutput): void {
  const { repeat } = place.task;
  if (!repeat) return endNode(turn, place, 'succeeded', left);
  const done = iterationOf(place);
  const kept: NodeOutput = { ...left, r: { done, since: place.record.attempt, g: place.record.generation } };
  const answer = preparing(() => isDone(place, repeat, left));
  if ('error' in answer) return endNode(turn, place, 'failed', { ...kept, e: answer.error });
  if (answer.value) return endNode(turn, place, 'succeeded', kept);
  const isLast = done >= (repeat.max ?? Number.POSITIVE_INFINITY) || place.record.attempt >= MAX_ATTEMPTS;
  if (isLast) return endNode(turn, place, 'failed', { ...kept, e: exhausted(repeat, done) });
  if (isStopping(place.run, place.record.task)) return endNode(turn, place, 'cancelled', kept);
  waitForNext(turn, place, kept, repeat.delayMs);
}

/** Without `until` it is done after `max` iterations. */
function isDone(place: NodePlace, { until, max }: PlanRepeat, left: NodeOutput): boolean {
  if (until === undefined) return iterationOf(place) >= (max ?? 1);
  const scope = nodeScope(place.run, place.record, place.task, selfScope(place, left));
  return isTruthy(evaluate(parseExpression(until), scope));
}

function selfScope(place: NodePlace, left: NodeOutput): ReadonlyMap<string, ScopeValue> {
  const self = new Map<string, ScopeValue>([
    ['outputs', outputsLookup(left, place.run.large)],
    ['artifacts', left.a ?? {}],
    ['status', 'succeeded'],
    ['error', null],
    ['attempt', place.record.attempt],
    ['iteration', iterationOf(place)],
  ]);
  return new Map([['self', self]]);
}

function exhausted({ until }: PlanRepeat, done: number): TaskError {
  const message = `after ${done} iterations \`${until ?? 'true'}\` is still not true; raise \`max\` or \`delay\` if it needs more time`;
  return { code: 'repeat_exhausted', message };
}

function waitForNext(turn: Turn, place: NodePlace, kept: NodeOutput, delayMs: number): void {
  const { run, index, record } = place;
  const iteration = kept.r?.done ?? 0;
  // The iterations' own budget begins anew.
  record.firstStartedAt = 0;
  run.outputs.set(index, kept);
  const until = turn.now + delayMs;
  waitFor(
    turn,
    place,
    { ...kept, w: { kind: 'repeat' } },
    { until, as: 'node.repeating', detail: { iteration } },
  );
  record.endedAt = turn.now;
  if (delayMs <= 0) nextIteration(turn, place);
}

/** The delay is over. */
export function nextIteration(turn: Turn, place: NodePlace): void {
  if (isCancelling(place.run)) return;
  admit(turn, place);
}
