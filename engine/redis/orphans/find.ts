/**
 * Finds what is orphaned, and removes it. Keys must have been idle for a while, which Redis checks again in the step that removes them;
 * all else is looked at twice, since what is on its way arrives meanwhile. No command takes longer than a piece.
 */
import { parseFlightKey } from '../../core/flight.ts';
import { isRunEnded } from '../../core/node-state.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import type { Connections } from '../connection.ts';
import { SMALL_PIECE, scan } from '../scan.ts';
import { createScripts } from '../scripts.ts';
import { allOf } from './all-of.ts';
import { isIdle, type Marks, readMarks, removeIdleKeys, unmentioned } from './idle-keys.ts';
import { delist, enlist, type SummaryOf } from './listed.ts';
import { identityOf, type Orphan } from './orphan.ts';
import { readHeaders } from './runs-seen.ts';
import { survey } from './survey.ts';

export interface OrphanOptions {
  readonly shards: number;
  /** What was used more recently is left alone, ms. */
  readonly minAgeMs: number;
  /** Waits for what is on its way. */
  readonly pause: () => Promise<void>;
}

/** @throws SluiceError redis_unreachable, redis_refused */
export async function findOrphans(
  connections: Connections,
  options: OrphanOptions,
): Promise<readonly Orphan[]> {
  const marks = await readMarks(connections, options.shards);
  const first = await lookOnce(connections, options, marks);
  if (first.length === 0) return first;
  await options.pause();
  const before = new Set(first.map(identityOf));
  return (await lookOnce(connections, options, marks)).filter((orphan) => before.has(identityOf(orphan)));
}

async function lookOnce(
  connections: Connections,
  { shards, minAgeMs }: OrphanOptions,
  marks: Marks,
): Promise<readonly Orphan[]> {
  const seen = await allOf(survey(connections, { shards, of: 'all' }));
  const orphans: Orphan[] = [
    ...[...seen.lines].map((name) => ({ kind: 'line' as const, name })),
    ...[...seen.unlisted].map((name) => ({ kind: 'unlisted' as const, name })),
  ];
  for (const orphan of unmentioned(seen, marks))
    if (await isIdle(connections, orphan.keys, minAgeMs)) orphans.push(orphan);
  for (let shard = 0; shard < shards; shard++) orphans.push(...(await strayFlights(connections, shard)));
  return orphans;
}

async function strayFlights(connections: Connections, shard: number): Promise<Orphan[]> {
  const stray: Orphan[] = [];
  for await (const piece of scan(connections, 'hscan', connections.keys.flight(shard), SMALL_PIECE)) {
    const flights = piece.flatMap((name, at) =>
      at % 2 === 0 ? [{ shard, name, value: piece[at + 1] ?? '', run: parseFlightKey(name).run }] : [],
    );
    const runs = [...new Set(flights.map(({ run }) => run))];
    const headers = await readHeaders(
      connections,
      runs.map((run) => ({ shard, run })),
    );
    const goesOn = new Set(runs.filter((_, at) => headers[at] && !isRunEnded(headers[at].header.status)));
    for (const { name, value, run } of flights)
      if (!goesOn.has(run)) stray.push({ kind: 'flight', shard, name, value });
  }
  return stray;
}

/** Flights in one script call. */
const AT_ONCE = 250;

export interface MendOptions extends Pick<OrphanOptions, 'shards' | 'minAgeMs'> {
  readonly index: Pick<RunIndex, 'record'>;
  readonly summaryOf: SummaryOf;
}

/** Removes them, or puts them where they are missing. Answers how many of them; the others were used meanwhile, or may have been. */
export async function mendOrphans(
  connections: Connections,
  orphans: readonly Orphan[],
  options: MendOptions,
): Promise<number> {
  const names = (kind: Orphan['kind']) => orphans.flatMap((one) => (one.kind === kind ? [one.name] : []));
  let mended = await dropFlights(connections, orphans);
  for (const orphan of orphans)
    if ('keys' in orphan && (await removeIdleKeys(connections, orphan, options.minAgeMs))) mended++;
  mended += await delist(connections, names('line'), options.shards);
  return mended + (await enlist(connections, names('unlisted'), options));
}

async function dropFlights(connections: Connections, orphans: readonly Orphan[]): Promise<number> {
  const scripts = createScripts(connections);
  const flights = orphans.flatMap((one) => (one.kind === 'flight' ? [one] : []));
  let dropped = 0;
  for (const shard of new Set(flights.map((flight) => flight.shard))) {
    const own = flights.filter((flight) => flight.shard === shard);
    const names = [connections.keys.flight(shard), connections.keys.live(shard)];
    for (let at = 0; at < own.length; at += AT_ONCE) {
      const piece = own.slice(at, at + AT_ONCE);
      const args = piece.flatMap(({ name, value }) => [name, value, parseFlightKey(name).run]);
      dropped += await scripts.dropFlights(names, args);
    }
  }
  return dropped;
}
