/**
 * A flight: the record in Redis that says who may work on an attempt and whether its outcome is accepted.
 *
 * Stored as `state|delivery|deaths|session`. States: `s` sent, `c` claimed, `x` claimed and told to stop (it may still
 * settle), `d` done (its outcome is in the inbox), `j` joined: for the worker that has a chain's earlier node, which claims it
 * in the step in which that node succeeds. A revoked flight is one that is gone: every script refuses it.
 */
export type FlightState = 's' | 'c' | 'x' | 'd' | 'j';

export interface Flight {
  readonly state: FlightState;
  /** Claims so far. A result counts only from the delivery that holds the claim. */
  readonly delivery: number;
  /** Sessions that died holding the claim. */
  readonly deaths: number;
  readonly session: string;
}

export const SENT = 's|0|0|';

/** The flight of a node that travels behind node `before` of the same run. */
export function joinedBehind(before: number): string {
  return `j|0|0|${before}`;
}

export function isJoined(value: string): boolean {
  return value.startsWith('j');
}

export function formatFlight(flight: Flight): string {
  return `${flight.state}|${flight.delivery}|${flight.deaths}|${flight.session}`;
}

export function parseFlight(text: string): Flight {
  const [state, delivery, deaths, ...session] = text.split('|');
  return {
    state: (state ?? 'd') as FlightState,
    delivery: Number(delivery),
    deaths: Number(deaths),
    session: session.join('|'),
  };
}

/** Key of a flight within its shard. */
export function flightKey(run: string, node: number, generation: number, attempt: number): string {
  return `${run}:${node}:${generation}:${attempt}`;
}

export function parseFlightKey(key: string): {
  run: string;
  node: number;
  generation: number;
  attempt: number;
} {
  const [run, node, generation, attempt] = key.split(':');
  return { run: run ?? '', node: Number(node), generation: Number(generation), attempt: Number(attempt) };
}
