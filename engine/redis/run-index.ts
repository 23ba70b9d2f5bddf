/** The run index on Redis: sorted sets by time of creation, one per namespace, workflow and status. */
import { RUN_STATUSES } from '../core/node-state.ts';
import { RUN_SAMPLES, type RunSample } from '../core/progress/run-sample.ts';
import { fitsFilter, type RunFilter, statusesOf } from '../ports/run-filter.ts';
import {
  ENDS_KEPT_MS,
  type EndedRuns,
  MOST_LOOKED_AT,
  type RunChange,
  type RunIndex,
  type RunSummary,
} from '../ports/run-index.ts';
import type { StreamEntry } from './blocking-pool.ts';
import { readBlocking } from './blocking-read.ts';
import type { Connections } from './connection.ts';
import type { Keys } from './keys.ts';
import { createScripts, type Scripts } from './scripts.ts';

/** Lines read at once. */
const PIECE = 200;
/** Lines written by one script call: some 2 ms of Redis. */
const RECORDED_AT_ONCE = 100;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A place in the order of runs: newest first, then by id downwards. */
interface Position {
  readonly createdAt: number;
  readonly id: string;
}

export function createRedisRunIndex(connections: Connections): RunIndex {
  const { keys, call } = connections;
  const scripts = createScripts(connections);
  return {
    async record(...summaries) {
      const sent: Promise<unknown>[] = [];
      for (let at = 0; at < summaries.length; at += RECORDED_AT_ONCE)
        sent.push(recordRuns(keys, scripts, summaries.slice(at, at + RECORDED_AT_ONCE)));
      await Promise.all(sent);
    },
    async list(filter, limit, cursor) {
      const runs: RunSummary[] = [];
      const list = await smallestList(connections, filter);
      let lookedAt = 0;
      let last: Position | undefined;
      for await (const run of runsAfter(connections, list, rangeOf(filter, cursor))) {
        const isWanted = fitsFilter(run, filter);
        // A full page ends before the next that fits, so that there is one behind `next`; or where it has looked far enough.
        const isOver = (isWanted && runs.length >= limit) || lookedAt >= MOST_LOOKED_AT;
        if (last && isOver) return { runs, next: formatCursor(last) };
        lookedAt += 1;
        last = run;
        if (isWanted) runs.push(run);
      }
      return { runs };
    },
    async changes(after, limit, blockMs, signal) {
      const key = keys.runChanges();
      const found = await changesAfter(connections, { key, after, limit, blockMs, signal });
      return { changes: found, hasGap: found.length > 0 && (await isTrimmed(connections, after)) };
    },
    async ended(namespace, from, to) {
      const first = Math.floor(from / DAY_MS);
      const days = Array.from(
        { length: Math.max(0, Math.floor(to / DAY_MS) - first + 1) },
        (_, i) => first + i,
      );
      const found = await Promise.all(days.map((day) => endsOfDay(connections, namespace, day)));
      const oldest = from - (from % HOUR_MS);
      return found.flat().filter(({ hour }) => hour >= oldest && hour <= to);
    },
    async newestChange() {
      const newest = (await call('xrevrange', [keys.runChanges(), '+', '-', 'COUNT', 1])) as StreamEntry[];
      return newest[0]?.[0] ?? '0-0';
    },
    async teach(sample) {
      const key = keys.runSamples(sample.namespace, sample.workflow);
      const length = Number(await call('lpush', [key, JSON.stringify(sample)]));
      // Not after each: half of the commands are saved, and a list is never longer than twice its length.
      if (length >= 2 * RUN_SAMPLES) await call('ltrim', [key, 0, RUN_SAMPLES - 1]);
    },
    async taught(namespace, workflow) {
      const kept = await call('lrange', [keys.runSamples(namespace, workflow), 0, RUN_SAMPLES - 1]);
      return (kept as string[]).map((text) => JSON.parse(text) as RunSample);
    },
    async saveWorkflow(namespace, name, { planJson, source, linkedJson }) {
      const fields = ['plan', planJson, 'source', source ?? '', 'bundled', source === undefined ? 0 : 1];
      const key = keys.workflow(namespace, name);
      await call('hdel', [key, 'unused_since']);
      await call('hset', [key, ...fields, 'linked', linkedJson ?? '']);
    },
    async findWorkflow(namespace, name) {
      const [planJson, source, bundled, linkedJson] = await readWorkflow(
        connections,
        keys.workflow(namespace, name),
      );
      if (planJson === null || planJson === undefined) return undefined;
      return {
        planJson,
        ...(bundled === '1' ? { source: source ?? '' } : {}),
        ...(linkedJson ? { linkedJson } : {}),
      };
    },
  };
}

/** Whoever asks for it is about to use it: from now on it is not one that nothing refers to. */
async function readWorkflow({ call }: Connections, key: string): Promise<readonly (string | null)[]> {
  const read = () => call('hmget', [key, 'plan', 'source', 'bundled', 'linked', 'unused_since']);
  const fields = (await read()) as (string | null)[];
  const isNoted = fields[4] === null || Number(await call('hdel', [key, 'unused_since'])) === 1;
  return isNoted ? fields : ((await read()) as (string | null)[]);
}

function recordRuns(keys: Keys, scripts: Scripts, runs: readonly RunSummary[]): Promise<unknown> {
  const lists = [
    keys.runs('all'),
    keys.runs('awaiting'),
    ...RUN_STATUSES.map((status) => keys.runs('status', status)),
  ];
  const linesOf = ({ id, namespace, workflow, finishedAt = 0 }: RunSummary) => [
    keys.runLine(id),
    keys.runs('namespace', namespace),
    keys.runs('workflow', workflow),
    keys.endedRuns(namespace, Math.floor(finishedAt / DAY_MS)),
  ];
  const argumentsOf = (run: RunSummary) => {
    const status = RUN_STATUSES.indexOf(run.status) + 1;
    const hour = run.finishedAt === undefined ? '' : `${Math.floor(run.finishedAt / HOUR_MS) % 24}:${status}`;
    return [run.id, run.createdAt, status, JSON.stringify(run), hour, run.awaiting ?? 0];
  };
  return scripts.recordRun(
    [...lists, keys.runChanges(), ...runs.flatMap(linesOf)],
    [RUN_STATUSES.length, ENDS_KEPT_MS, ...runs.flatMap(argumentsOf)],
  );
}

/** In the order of its hours. */
async function endsOfDay({ keys, call }: Connections, namespace: string, day: number): Promise<EndedRuns[]> {
  const reply = (await call('hgetall', [keys.endedRuns(namespace, day)])) as
    | Record<string, string>
    | string[];
  const pairs = Array.isArray(reply)
    ? reply.flatMap((field, i): [string, string][] => (i % 2 === 0 ? [[field, reply[i + 1] ?? '0']] : []))
    : Object.entries(reply);
  return pairs
    .flatMap(([field, count]) => {
      const [hour = 0, number = 0] = field.split(':').map(Number);
      const status = RUN_STATUSES[number - 1];
      return status === undefined
        ? []
        : [{ hour: day * DAY_MS + hour * HOUR_MS, status, count: Number(count) }];
    })
    .sort((a, b) => a.hour - b.hour || (a.status < b.status ? -1 : 1));
}

interface ChangesRead {
  readonly key: string;
  readonly after: string;
  readonly limit: number;
  readonly blockMs: number;
  readonly signal: AbortSignal | undefined;
}

async function changesAfter(
  connections: Connections,
  { key, after, limit, blockMs, signal }: ChangesRead,
): Promise<RunChange[]> {
  const entries =
    blockMs === 0
      ? ((await connections.call('xrange', [key, `(${after}`, '+', 'COUNT', limit])) as StreamEntry[])
      : await readBlocking(connections, {
          streams: new Map([[key, after]]),
          count: limit,
          blockMs,
          signal,
        }).then((replies) => replies.flatMap(([, found]) => found));
  return entries.map(([id, fields]) => ({ id, run: JSON.parse(fields[1] ?? '') as RunSummary }));
}

/** Whether something after the id has been trimmed: the id itself, and all before the oldest, are gone. */
async function isTrimmed({ keys, call }: Connections, after: string): Promise<boolean> {
  if (after === '0-0') return false;
  const [oldest] = (await call('xrange', [keys.runChanges(), '-', '+', 'COUNT', 1])) as StreamEntry[];
  return oldest !== undefined && isLater(oldest[0], after);
}

function isLater(id: string, other: string): boolean {
  const [ms = 0, n = 0] = id.split('-').map(Number);
  const [otherMs = 0, otherN = 0] = other.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && n > otherN);
}

/** Any list of what the filter asks for holds all that fit; the shortest has the fewest others. */
async function smallestList({ keys, call }: Connections, filter: RunFilter): Promise<string> {
  const lists = [keys.runs('all')];
  if (filter.namespace !== undefined) lists.push(keys.runs('namespace', filter.namespace));
  if (filter.workflow !== undefined) lists.push(keys.runs('workflow', filter.workflow));
  if (filter.awaiting) lists.push(keys.runs('awaiting'));
  const [status, ...others] = statusesOf(filter) ?? [];
  if (status !== undefined && others.length === 0) lists.push(keys.runs('status', status));
  const sizes = await Promise.all(lists.map(async (list) => Number(await call('zcard', [list]))));
  return lists[sizes.indexOf(Math.min(...sizes))] ?? keys.runs('all');
}

/** What of a list is read: from the newest of it, or from behind `start`, to the oldest. */
interface Range {
  readonly start: Position | undefined;
  /** Scores as Redis takes them. */
  readonly newest: string;
  readonly oldest: string;
}

function rangeOf({ createdFrom, createdBefore }: RunFilter, cursor: string | undefined): Range {
  const start = parseCursor(cursor);
  const newest = Math.min(start?.createdAt ?? Infinity, (createdBefore ?? Infinity) - 1);
  return {
    start,
    newest: newest === Infinity ? '+inf' : String(newest),
    oldest: createdFrom === undefined ? '-inf' : String(createdFrom),
  };
}

async function* runsAfter(
  connections: Connections,
  list: string,
  { start, newest: first, oldest }: Range,
): AsyncGenerator<RunSummary> {
  let newest = first;
  let skip = 0;
  for (;;) {
    const range = [list, newest, oldest, 'WITHSCORES', 'LIMIT', skip, PIECE];
    const page = toPositions((await connections.call('zrevrangebyscore', range)) as string[]);
    yield* await readLines(
      connections,
      start === undefined ? page : page.filter((position) => isAfter(position, start)),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < PIECE) return;
    // The next page begins among the runs of the same millisecond as the last one seen.
    const sameTime = page.filter(({ createdAt }) => createdAt === last.createdAt).length;
    skip = String(last.createdAt) === newest ? skip + sameTime : sameTime;
    newest = String(last.createdAt);
  }
}

function toPositions(reply: readonly string[]): Position[] {
  const positions: Position[] = [];
  for (let at = 0; at + 1 < reply.length; at += 2) {
    positions.push({ id: reply[at] ?? '', createdAt: Number(reply[at + 1]) });
  }
  return positions;
}

function isAfter(position: Position, start: Position): boolean {
  return (
    position.createdAt < start.createdAt || (position.createdAt === start.createdAt && position.id < start.id)
  );
}

async function readLines({ keys, call }: Connections, positions: readonly Position[]): Promise<RunSummary[]> {
  const lines = await Promise.all(positions.map(({ id }) => call('hget', [keys.runLine(id), 'line'])));
  return lines.flatMap((line) => (typeof line === 'string' ? (JSON.parse(line) as RunSummary) : []));
}

function formatCursor({ createdAt, id }: Position): string {
  return `${createdAt}-${id}`;
}

/** A cursor that is none starts at the beginning. */
function parseCursor(cursor: string | undefined): Position | undefined {
  const [, createdAt, id] = /^(\d+)-(.+)$/.exec(cursor ?? '') ?? [];
  return createdAt === undefined || id === undefined ? undefined : { createdAt: Number(createdAt), id };
}
