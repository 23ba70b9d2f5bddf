/** How an attempt ends, by what its work threw and by why it was stopped. */
import type { AttemptOutcome } from '../../core/message.ts';
import { isOutage } from '../retry-call.ts';
import { describeFailure, type Failing } from './failure.ts';

/** What becomes of a claim: an outcome to settle, a claim to give back, or nothing at all (it is no longer ours). */
export type Ending =
  | { readonly kind: 'outcome'; readonly outcome: AttemptOutcome }
  | { readonly kind: 'hand_back' }
  | { readonly kind: 'dropped' };

export interface Stopped extends Failing {
  /** The shard asked for the stop, so it waits for an outcome. */
  readonly isToldToStop: boolean;
  /** The worker waits for nothing any more. */
  readonly isGivenUp: boolean;
}

export function endingAfter(error: unknown, { isToldToStop, isGivenUp, ...failing }: Stopped): Ending {
  const { reason } = failing;
  if (reason === 'revoked') return { kind: 'dropped' };
  if (reason === 'shutdown' && !isToldToStop) return { kind: 'hand_back' };
  if (reason === 'cancelled' || reason === 'shutdown') {
    return { kind: 'outcome', outcome: { status: 'cancelled' } };
  }
  // The worker stops while the artifacts of a success wait for the store: another worker does it again.
  if (isGivenUp && isOutage(error)) return { kind: 'hand_back' };
  return { kind: 'outcome', outcome: { status: 'failed', error: describeFailure(error, failing) } };
}

/** As spans have it: messages stay out of them. */
export function codeOf(ending: Ending): string | undefined {
  if (ending.kind !== 'outcome') return ending.kind;
  const { outcome } = ending;
  if (outcome.status === 'succeeded') return undefined;
  return outcome.status === 'failed' ? outcome.error.code : outcome.status;
}
