/** Actions that need no worker (switch, transform, wait, approval, fail, noop): evaluated by the shard's owner at once. */

import { caseNames } from '../../edge-counts.ts';
import type { EngineActions, EngineOutcome } from '../../engine-outcome.ts';
import type { Json, JsonObject } from '../../json.ts';
import { NO_CASE } from '../../node-record.ts';
import { tooLargeMessage } from '../../output-size.ts';
import { prepareOptions } from '../../prepare.ts';
import { askForApproval, takeApprovalDeadline } from '../request/approval.ts';
import { awaitSignal, expireSignal } from '../request/signal.ts';
import type { Turn } from '../turn.ts';
import { startAttempt, waitFor } from './node.ts';
import type { NodePlace } from './node-place.ts';
import { nextIteration, succeedAttempt } from './repeat.ts';
import { failAttempt, failWithoutRetry } from './settle.ts';

type EngineAction = EngineActions extends ReadonlyMap<string, infer Action> ? Action : never;

export function runEngineAction(turn: Turn, place: NodePlace, action: EngineAction): void {
  startAttempt(turn, place, turn.now, {});
  const options = prepareOptions(place.run, place.record, place.task);
  if ('error' in options) return failWithoutRetry(turn, place, options.error);
  apply(turn, place, action(options.value, place.record.queuedAt));
}

function apply(turn: Turn, place: NodePlace, outcome: EngineOutcome): void {
  if (outcome.kind === 'failed') return failAttempt(turn, place, outcome.error);
  if (outcome.kind === 'signal') return awaitSignal(turn, place, outcome);
  if (outcome.kind === 'approval') return askForApproval(turn, place, outcome);
  const { outputs } = outcome;
  const problem = sizeProblem(turn, place, outputs);
  if (problem !== undefined)
    return failWithoutRetry(turn, place, { code: 'output_too_large', message: problem });
  if (outcome.kind === 'wait' && outcome.until > turn.now)
    return waitFor(turn, place, { o: outputs }, { until: outcome.until });
  chooseCase(place, outputs);
  succeedAttempt(turn, place, { o: outputs });
}

/** The time of a waiting node is over: a wait has ended, nobody came, or the next iteration begins. */
export function endWait(turn: Turn, place: NodePlace): void {
  const left = place.run.outputs.get(place.index);
  switch (left?.w?.kind) {
    case 'signal':
      return expireSignal(turn, place, left.w);
    case 'approval':
      return takeApprovalDeadline(turn, place, left.w);
    case 'repeat':
      return nextIteration(turn, place);
    default:
      // The outputs were stored when it began.
      return succeedAttempt(turn, place, { o: left?.o ?? {}, ...(left?.l ? { l: left.l } : {}) });
  }
}

/** Notes in the record of a switch which case its outputs name. */
export function chooseCase({ task, record }: NodePlace, outputs: { readonly [name: string]: Json }): void {
  if (task.action.uses !== 'switch') return;
  const choice = caseNames(task).indexOf(String(outputs['case']));
  record.choice = choice < 0 || outputs['case'] === null ? NO_CASE : choice + 1;
}

/** Why outputs that were made here, by no worker, cannot be taken. */
export function sizeProblem(turn: Turn, { task }: NodePlace, outputs: JsonObject): string | undefined {
  const { maxBytes } = turn.shard.outputBounds;
  const bytes = Buffer.byteLength(JSON.stringify(outputs));
  return bytes > maxBytes ? tooLargeMessage(`"${task.id}"`, bytes, maxBytes) : undefined;
}
