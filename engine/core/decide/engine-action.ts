/** Actions that need no worker (switch, transform, wait, fail, noop): evaluated by the shard's owner at once. */

import { caseNames } from '../edge-counts.ts';
import type { EngineActions, EngineOutcome } from '../engine-outcome.ts';
import type { Json } from '../json.ts';
import { NO_CASE } from '../node-record.ts';
import { prepareOptions } from '../prepare.ts';
import { endNode, startAttempt, waitUntil } from './node.ts';
import type { NodePlace } from './node-place.ts';
import { failAttempt, failWithoutRetry } from './settle.ts';
import type { Turn } from './turn.ts';

type EngineAction = EngineActions extends ReadonlyMap<string, infer Action> ? Action : never;

export function runEngineAction(turn: Turn, place: NodePlace, action: EngineAction): void {
  startAttempt(turn, place, turn.now, {});
  const options = prepareOptions(place.run, place.record, place.task);
  if ('error' in options) return failWithoutRetry(turn, place, options.error);
  apply(turn, place, action(options.value, place.record.queuedAt));
}

function apply(turn: Turn, place: NodePlace, outcome: EngineOutcome): void {
  if (outcome.kind === 'failed') return failAttempt(turn, place, outcome.error);
  if (outcome.kind === 'wait' && outcome.until > turn.now)
    return waitUntil(turn, place, outcome.until, outcome.outputs);
  succeed(turn, place, outcome.outputs);
}

/** The wait is over: the outputs were stored when it began. */
export function endWait(turn: Turn, place: NodePlace): void {
  endNode(turn, place, 'succeeded', { o: place.run.outputs.get(place.index)?.o ?? {} });
}

function succeed(turn: Turn, place: NodePlace, outputs: { readonly [name: string]: Json }): void {
  if (place.task.action.uses === 'switch') {
    const choice = caseNames(place.task).indexOf(String(outputs['case']));
    place.record.choice = choice < 0 || outputs['case'] === null ? NO_CASE : choice + 1;
  }
  endNode(turn, place, 'succeeded', { o: outputs });
}
