/**
 * Pause and resume. A paused run starts nothing: what is queued and nobody works on is withdrawn, and the same attempts are
 * queued again when it is resumed; their limits are given back meanwhile. What runs goes on and settles; pauses between
 * attempts and waits go on, too.
 */
import type { PauseMessage } from '../../message.ts';
import type { RunState } from '../../run-state.ts';
import { flightOf, pushReady } from '../../shard-state.ts';
import { isEntering } from '../limit/limit.ts';
import { leaveChain } from '../node/join.ts';
import { landFlight, stopEntering, takeBack } from '../node/node.ts';
import { type NodePlace, placeOf } from '../node/node-place.ts';
import type { Turn } from '../turn.ts';

export function pauseRun(turn: Turn, run: RunState, { reason }: Pick<PauseMessage, 'reason'>): void {
  const { header } = run;
  header.paused = { at: turn.now, ...(reason === undefined ? {} : { reason }) };
  header.status = 'paused';
  run.pausePosition = 0;
  turn.event(run, 'run.paused', reason === undefined ? {} : { detail: { reason } });
  turn.saveStatus(run, true);
}

/** Node after node, until all are withdrawn or the turn is full. */
export function withdrawQueued(turn: Turn, run: RunState): void {
  while (run.pausePosition < run.nodes.length && !turn.isCrowded) {
    const place = placeOf(run, run.pausePosition++);
    if (place?.record.state === 'pending') leaveChain(turn, place);
    else if (place?.record.state === 'queued') withdraw(turn, place);
    else if (place?.record.state === 'blocked' && isEntering(run, place.index)) stopEntering(turn, place);
  }
}

/** Gives up the flight unless it is claimed. Should it be claimed by now, the commit is void and we decide again. */
function withdraw(turn: Turn, place: NodePlace): void {
  const found = flightOf(turn.shard, place.run, place.index);
  if (found && found.flight.state !== 's') return;
  if (found) turn.expectFlight(found.key, found.value);
  landFlight(turn, place);
  takeBack(turn, place, 'paused');
}

export function resumeRun(turn: Turn, run: RunState): void {
  const { header } = run;
  delete header.paused;
  header.status = 'running';
  // Those that the withdrawal had not come to may have been passed over by dispatch.
  for (; run.pausePosition < run.nodes.length; run.pausePosition++) {
    const isQueued = run.nodes[run.pausePosition]?.state === 'queued';
    if (isQueued && !flightOf(turn.shard, run, run.pausePosition))
      pushReady(turn.shard, run, run.pausePosition);
  }
  turn.event(run, 'run.resumed');
  turn.saveStatus(run, true);
}
