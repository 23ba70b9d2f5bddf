/** Takes a node out of the hands of whoever has it: what it was doing no longer counts. */
import { flightOf } from '../../shard-state.ts';
import { dropChild, waitsForChild } from '../child/child-order.ts';
import type { Turn } from '../turn.ts';
import type { Charged } from './charge.ts';
import { landFlight, leave } from './node.ts';
import { attemptName, type NodePlace } from './node-place.ts';

/** Its worker learns it with the next beat. Should the flight have moved on, the commit is void and we decide again. */
export function dropNode(turn: Turn, place: NodePlace): Charged {
  const found = flightOf(turn.shard, place.run, place.index);
  if (found) turn.expectFlight(found.key, found.value);
  if (place.record.state === 'waiting') turn.removeTimer('wait', attemptName(place));
  if (place.record.state === 'retrying') turn.removeTimer('retry', attemptName(place));
  if (waitsForChild(place)) dropChild(turn, place);
  landFlight(turn, place);
  return leave(turn, place);
}
