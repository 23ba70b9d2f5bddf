/** Reads flights as they stand, in pieces. */
import { scanHash } from './scan.ts';
import type { StoreContext } from './store-context.ts';

const PIECE = 1_000;

type Stored = readonly (readonly [flight: string, value: string | null])[];

/** In the order asked; without names all flights of the shard, in any order. */
export async function readFlights(
  context: StoreContext,
  shard: number,
  flights?: readonly string[],
): Promise<Stored> {
  const key = context.keys.flight(shard);
  context.flush(shard);
  if (flights === undefined) return [...(await scanHash(context, key))];
  const pieces: Promise<Stored>[] = [];
  for (let at = 0; at < flights.length; at += PIECE)
    pieces.push(readPiece(context, key, flights.slice(at, at + PIECE)));
  return (await Promise.all(pieces)).flat();
}

async function readPiece(context: StoreContext, key: string, names: readonly string[]): Promise<Stored> {
  const values = (await context.call('hmget', [key, ...names])) as (string | null)[];
  return names.map((name, at) => [name, values[at] ?? null]);
}
