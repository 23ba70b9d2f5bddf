/** What workers do to a shard's flights: claim, settle, beat, hand back. Each function is one atomic step. */
import { type Flight, formatFlight, parseFlight } from '../core/flight.ts';
import type { SettledMessage } from '../core/message.ts';
import type { ClaimReply, ContinueReply, NextClaim, SettleReply } from '../ports/shard-store.ts';
import { appendMessage, type ShardState, timeOfNext } from './shard-state.ts';

/** How long silence must be to mean something. */
export interface Silence {
  readonly deadAfterMs: number;
  /** While the owner of the shard is silent for longer than this, nobody is dead: perhaps nobody could beat. */
  readonly calmGapMs: number;
}

/** Whether the session is silent although the shard's owner is not. A session that never beat is dead in time. */
export function isDead(shard: ShardState, session: string, now: number, silence: Silence): boolean {
  const { deadAfterMs, calmGapMs } = silence;
  if (now - shard.lease.renewedAt > calmGapMs) return false;
  return now - Math.max(shard.beats.get(session) ?? 0, shard.lease.calmSince) > deadAfterMs;
}

/** Claims a flight for a session. The claim is a sign of life of that session, whatever the answer. */
export function claimFlight(
  shard: ShardState,
  now: number,
  claim: { readonly flight: string; readonly session: string; readonly silence: Silence },
): ClaimReply {
  const { flight: key, session } = claim;
  shard.beats.set(session, now);
  const flight = findFlight(shard, key);
  if (flight === undefined || flight.state === 'd') return { kind: 'gone' };
  if (flight.state === 'j') return { kind: 'gone' };
  if (flight.state === 's') return grant(shard, key, { ...flight, session }, now);
  if (flight.session === session) return { kind: 'granted', delivery: flight.delivery, at: now };
  if (!isDead(shard, flight.session, now, claim.silence)) return { kind: 'busy' };
  // It was told to stop, and the one told is dead: nobody is to do this work again.
  if (flight.state === 'x') return { kind: 'gone' };
  return grant(shard, key, { ...flight, session, deaths: flight.deaths + 1 }, now);
}

function grant(shard: ShardState, key: string, flight: Flight, now: number): ClaimReply {
  const delivery = flight.delivery + 1;
  shard.flights.set(key, formatFlight({ ...flight, state: 'c', delivery }));
  return { kind: 'granted', delivery, at: now };
}

/** Takes the outcome of the delivery that holds the claim; anyone else's is appended as `late`. */
export function settleFlight(
  shard: ShardState,
  now: number,
  settle: { readonly flight: string; readonly session: string; readonly message: SettledMessage },
): SettleReply {
  const flight = findFlight(shard, settle.flight);
  if (flight === undefined || !isHeldBy(flight, settle.session, settle.message.delivery)) {
    const { next: _next, ...message } = settle.message;
    appendMessage(shard, now, { ...message, type: 'late' });
    return 'late';
  }
  if (flight.state === 'd') return 'already';
  shard.flights.set(settle.flight, formatFlight({ ...flight, state: 'd' }));
  appendMessage(shard, now, settle.message);
  return 'accepted';
}

interface SettleAndClaim {
  readonly flight: string;
  readonly session: string;
  readonly message: SettledMessage;
  readonly next: NextClaim;
}

/** The same, and in this step claims what the worker goes on with. */
export function settleAndClaimFlight(shard: ShardState, now: number, settle: SettleAndClaim): ContinueReply {
  return settle.next.state === 'sent' ? settleAndTake(shard, now, settle) : settleAndJoin(shard, now, settle);
}

/** Whatever becomes of the outcome. */
function settleAndTake(shard: ShardState, now: number, settle: SettleAndClaim): ContinueReply {
  const { session, next } = settle;
  const at = timeOfNext(shard, now);
  const settled = settleFlight(shard, now, settle);
  const sent = findFlight(shard, next.flight);
  if (sent?.state === 'c' && sent.session === session)
    return { settled, next: { delivery: sent.delivery, at } };
  if (sent?.state !== 's') return { settled };
  shard.beats.set(session, now);
  const delivery = sent.delivery + 1;
  shard.flights.set(next.flight, formatFlight({ ...sent, state: 'c', delivery, session }));
  return { settled, next: { delivery, at } };
}

/** What is joined behind the flight, unless the claim was told to stop or the other is withdrawn. */
function settleAndJoin(shard: ShardState, now: number, settle: SettleAndClaim): ContinueReply {
  const { session, message } = settle;
  const next = settle.next.flight;
  const isWanted = findFlight(shard, settle.flight)?.state === 'c';
  const joined = findFlight(shard, next);
  const at = timeOfNext(shard, now);
  const goesOn = isWanted && joined?.state === 'j';
  const settled = settleFlight(
    shard,
    now,
    goesOn ? { ...settle, message: { ...message, next: { flight: next, session } } } : settle,
  );
  if (settled !== 'accepted') {
    const isHeld = joined?.state === 'c' && isHeldBy(joined, session, 1);
    return isHeld ? { settled, next: { delivery: 1, at } } : { settled };
  }
  if (!goesOn) return { settled };
  shard.beats.set(session, now);
  shard.flights.set(next, formatFlight({ state: 'c', delivery: 1, deaths: 0, session }));
  return { settled, next: { delivery: 1, at } };
}

/** Notes the sign of life; answers which of the claims the session should stop working on. */
export function beatSession(
  shard: ShardState,
  now: number,
  session: string,
  claims: readonly { readonly flight: string; readonly delivery: number }[],
): string[] {
  shard.beats.set(session, now);
  return claims
    .filter(({ flight: key, delivery }) => {
      const flight = findFlight(shard, key);
      return flight === undefined || flight.state === 'x' || !isHeldBy(flight, session, delivery);
    })
    .map(({ flight }) => flight);
}

/** Makes a claimed flight available again. One that was told to stop stays as it is: its worker settles it. */
export function handBackFlight(shard: ShardState, key: string, session: string, delivery: number): void {
  const flight = findFlight(shard, key);
  if (flight?.state !== 'c' || !isHeldBy(flight, session, delivery)) return;
  shard.flights.set(key, formatFlight({ ...flight, state: 's', session: '' }));
}

function findFlight(shard: ShardState, key: string): Flight | undefined {
  const text = shard.flights.get(key);
  return text === undefined ? undefined : parseFlight(text);
}

function isHeldBy(flight: Flight, session: string, delivery: number): boolean {
  return (
    flight.state !== 's' && flight.state !== 'j' && flight.session === session && flight.delivery === delivery
  );
}
