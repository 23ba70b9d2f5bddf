/** What must be read to explain these nodes: names of flights and timers, few enough to be read one by one. */
import { childId, waitsForChild } from '../decide/child/child-order.ts';
import { attemptName, placeOf } from '../decide/node/node-place.ts';
import { flightKey } from '../flight.ts';
import { type AttemptName, TIMER_KINDS, timerKey } from '../message.ts';
import { isEnded } from '../node-state.ts';
import type { RunState } from '../run-state.ts';
import { needsOfBlocked, runLimits } from './limits.ts';

export interface Reads {
  readonly flights: readonly string[];
  readonly timers: readonly string[];
  /** Addresses. */
  readonly limits: readonly string[];
  /** Runs that nodes wait for. */
  readonly children: readonly string[];
}

const RUN_TIMERS = ['run_timeout', 'run_deadline', 'run_usual'] as const;

export function readsOf(run: RunState, nodes: readonly number[]): Reads {
  const flights: string[] = [];
  const children: string[] = [];
  const whole: AttemptName = { run: run.header.id, node: 0, generation: 0, attempt: 0 };
  const timers = RUN_TIMERS.map((kind) => timerKey(kind, whole));
  const limits = new Set(run.header.status === 'queued' ? runLimits(run) : []);
  for (const index of nodes) {
    const place = placeOf(run, index);
    if (!place || isEnded(place.record.state)) continue;
    const { generation, attempt } = place.record;
    if (waitsForChild(place)) children.push(childId(place));
    if (place.record.state === 'blocked')
      for (const { address } of needsOfBlocked(place)) limits.add(address);
    flights.push(flightKey(run.header.id, index, generation, attempt));
    // A task's deadline belongs to no attempt.
    timers.push(timerKey('deadline', { ...whole, node: index }));
    for (const kind of TIMER_KINDS) timers.push(timerKey(kind, attemptName(place)));
  }
  return { flights, timers, limits: [...limits], children };
}
