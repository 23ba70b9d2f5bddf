/** Stopping one node: at once when nobody works on it, by asking its worker when somebody does. */
import { allowedFailures } from '../../fan-out.ts';
import { formatFlight } from '../../flight.ts';
import { isCancelling } from '../../run-part.ts';
import type { RunState } from '../../run-state.ts';
import { flightOf } from '../../shard-state.ts';
import { stopChild, waitsForChild } from '../child/child-order.ts';
import type { Turn } from '../turn.ts';
import { leaveChain } from './join.ts';
import { endNode, landFlight } from './node.ts';
import { attemptName, type NodePlace, placeOf } from './node-place.ts';

/** Time after which a fan-out's stopped nodes are killed, ms; a cancelled run says its own. */
const DEFAULT_GRACE_MS = 10_000;
/** How long after the grace period a worker that does not answer is given up, ms. */
const ABANDON_AFTER_MS = 2_000;

/**
 * The main part is being cancelled, or the task is a fan-out whose failure budget is spent under `fail_fast`: nothing new
 * begins. What one compensation could not undo keeps none of the others from it.
 */
export function isStopping(run: RunState, taskIndex: number): boolean {
  if (isCancelling(run)) return true;
  const place = placeOf(run, taskIndex);
  if (place?.task.phase === 'compensate') return false;
  const fan = run.tasks[taskIndex]?.fan;
  if (!place?.task.failFast || !fan) return false;
  return fan.failed > allowedFailures(place.task.maxFailures, place.record.item);
}

export function stopNode(turn: Turn, place: NodePlace): void {
  const { run, index, record } = place;
  if (waitsForChild(place)) return stopChild(turn, place, 'cancelled');
  const found = flightOf(turn.shard, run, index);
  const out = found && (record.state === 'queued' || record.state === 'running');
  if (!out) {
    // A worker begins with it, says the inbox: it is stopped when that message comes.
    if (record.state === 'pending' && !leaveChain(turn, place)) return;
    if (record.state === 'waiting') turn.removeTimer('wait', attemptName(place));
    if (record.state === 'retrying') turn.removeTimer('retry', attemptName(place));
    if (record.state === 'queued') landFlight(turn, place);
    return endNode(turn, place, 'cancelled');
  }
  if (found.flight.state === 's') {
    // Nobody has claimed it, as last seen; if that is no longer so, the commit is void and we decide again.
    turn.expectFlight(found.key, found.value);
    landFlight(turn, place);
    return endNode(turn, place, 'cancelled');
  }
  if (found.flight.state === 'c') askToStop(turn, place, found);
}

function askToStop(
  turn: Turn,
  place: NodePlace,
  { key, flight, value }: NonNullable<ReturnType<typeof flightOf>>,
): void {
  const told = formatFlight({ ...flight, state: 'x' });
  turn.expectFlight(key, value);
  turn.setFlight(key, told);
  const sent = turn.shard.flights.get(key);
  if (sent) sent.value = told;
  const graceMs = isCancelling(place.run) ? place.run.header.cancel?.graceMs : undefined;
  turn.setTimer('abandon', attemptName(place), turn.now + (graceMs ?? DEFAULT_GRACE_MS) + ABANDON_AFTER_MS);
}

/** The worker did not answer in time: its claim is withdrawn, whatever it still sends is late. */
export function abandonNode(turn: Turn, place: NodePlace): void {
  const found = flightOf(turn.shard, place.run, place.index);
  if (found?.flight.state !== 'x') return;
  turn.expectFlight(found.key, found.value);
  landFlight(turn, place);
  endNode(turn, place, 'cancelled');
}
