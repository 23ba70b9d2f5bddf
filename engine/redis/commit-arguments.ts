/** Writes a commit as keys and arguments of commit.lua. All thinking about keys and commands is here, none in Lua. */
import type { Commit, RunChange } from '../core/commit.ts';
import { RECORD_BYTES } from '../core/node-record.ts';
import type { Argument } from './connection.ts';
import { COSTS_KEPT_MS, costPlace } from './cost-place.ts';
import { type Keys, NODES_PER_BUCKET } from './keys.ts';
import { encodeOutput, FIRST_HASH, largeHash, outputsKey, smallHash } from './output-cells.ts';
import { packList } from './packed-list.ts';

/** Arguments of one command: Lua's unpack takes about 7,000, and a multiple of 2 keeps pairs together. */
const MAX_COMMAND_ARGS = 4_000;

export interface CommitArguments {
  readonly keys: readonly string[];
  readonly args: readonly Argument[];
}

export interface CommitNumber {
  readonly shard: number;
  readonly token: string;
  readonly n: number;
}

export function commitArguments(
  keys: Keys,
  { shard, token, n }: CommitNumber,
  commit: Commit,
): CommitArguments {
  const writes = createWrites([keys.lease(shard), keys.inbox(shard), keys.flight(shard)]);
  // Events first: an entry id that Redis refuses must stop the script before anything of the run is written.
  for (const change of commit.runs) writeEvents(writes, keys, shard, change);
  for (const change of commit.runs) writeRun(writes, keys, shard, change);
  writeLive(writes, keys.live(shard), commit.runs);
  writes.add(keys.flight(shard), 'HDEL', commit.flights.remove);
  writes.add(keys.flight(shard), 'HSET', commit.flights.set.flat());
  writes.add(keys.timers(shard), 'ZREM', commit.timers.remove);
  writes.add(
    keys.timers(shard),
    'ZADD',
    commit.timers.set.flatMap(([timer, dueMs]) => [dueMs, timer]),
  );
  writeBeyondRuns(writes, keys, shard, commit);
  const required = (commit.requires ?? []).map((run) => writes.indexOf(keys.run(shard, run)));
  const list: Argument[] = [required.length, ...required, commit.expect.length];
  for (const [flight, seen] of commit.expect) list.push(flight, seen ?? '');
  const packed = packList(list.concat(writes.args));
  return { keys: writes.keys, args: [token, n, commit.cursor ?? '', oldestToKeep(commit.cursor), packed] };
}

/** The id after the cursor: all up to it is trimmed. Without a cursor nothing is. */
function oldestToKeep(cursor: string | null): string {
  if (cursor === null) return '0-0';
  const dash = cursor.indexOf('-');
  return `${cursor.slice(0, dash)}-${BigInt(cursor.slice(dash + 1)) + 1n}`;
}

interface Writes {
  readonly keys: string[];
  readonly args: Argument[];
  /** Place of the key in KEYS, from 1. */
  indexOf(key: string): number;
  /** Adds a command on the key, in pieces when it has too many arguments; nothing for no arguments. */
  add(key: string, command: string, args: readonly Argument[]): void;
}

function createWrites(first: readonly string[]): Writes {
  const keys = [...first];
  const indexes = new Map(first.map((key, at) => [key, at + 1]));
  const args: Argument[] = [];
  const indexOf = (key: string) => {
    const known = indexes.get(key);
    if (known !== undefined) return known;
    const index = keys.push(key);
    indexes.set(key, index);
    return index;
  };
  return {
    keys,
    args,
    indexOf,
    add(key, command, given) {
      for (let from = 0; from < given.length; from += MAX_COMMAND_ARGS) {
        const to = Math.min(from + MAX_COMMAND_ARGS, given.length);
        args.push(indexOf(key), command, to - from);
        for (let at = from; at < to; at++) args.push(given[at] ?? '');
      }
    },
  };
}

function writeEvents(writes: Writes, keys: Keys, shard: number, { run, events }: RunChange): void {
  if (events === undefined) return;
  const count = events.last - events.first + 1;
  writes.add(keys.events(shard, run), 'XADD', [`0-${events.last}`, 'e', `${count}:${events.packed}`]);
}

function writeRun(writes: Writes, keys: Keys, shard: number, change: RunChange): void {
  if (change.header !== undefined) writes.add(keys.progress(shard, change.run), 'SET', [change.header]);
  for (const { start, bytes } of change.records) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    writes.add(keys.nodes(shard, change.run), 'SETRANGE', [start * RECORD_BYTES, buffer]);
  }
  writeOutputs(writes, keys, shard, change);
}

function writeOutputs(writes: Writes, keys: Keys, shard: number, { run, outputs }: RunChange): void {
  const hashes = new Map<number, Argument[]>();
  const append = (hash: number, cells: readonly Argument[]) => {
    if (cells.length === 0) return;
    const known = hashes.get(hash);
    if (known === undefined) hashes.set(hash, [...cells]);
    else known.push(...cells);
  };
  for (const [node, json] of outputs) {
    const bucket = Math.floor(node / NODES_PER_BUCKET);
    const { small, large } = encodeOutput(node % NODES_PER_BUCKET, json);
    append(smallHash(bucket), small);
    append(largeHash(bucket), large);
  }
  for (const [hash, cells] of hashes) writes.add(outputsKey(keys, shard, run, hash), 'HSET', cells);
  const beyondFirst = [...hashes.keys()].filter((hash) => hash !== FIRST_HASH);
  writes.add(keys.buckets(shard, run), 'SADD', beyondFirst);
}

/** How long an answer can be fetched, ms. */
const ANSWER_TTL_MS = 600_000;

function writeBeyondRuns(writes: Writes, keys: Keys, shard: number, commit: Commit): void {
  const { documents, outbox, answers = [], costs = [] } = commit;
  for (const [key, change] of [
    [keys.actors(shard), documents],
    [keys.outbox(shard), outbox],
  ] as const) {
    writes.add(key, 'HDEL', change?.remove ?? []);
    writes.add(key, 'HSET', change?.set.flat() ?? []);
  }
  for (const [request, json] of answers) {
    writes.add(keys.answer(shard, request), 'XADD', ['MAXLEN', 1, '*', 'a', json]);
    writes.add(keys.answer(shard, request), 'PEXPIRE', [ANSWER_TTL_MS]);
  }
  for (const { namespace, workflow, day, cost } of costs) {
    const { month, field } = costPlace(day, workflow);
    const key = keys.costs(shard, namespace, month);
    writes.add(key, 'HINCRBYFLOAT', [field, cost]);
    writes.add(key, 'PEXPIREAT', [day + COSTS_KEPT_MS]);
  }
}

function writeLive(writes: Writes, live: string, runs: readonly RunChange[]): void {
  const ids = (wanted: boolean) => runs.filter((change) => change.live === wanted).map(({ run }) => run);
  writes.add(live, 'SADD', ids(true));
  writes.add(live, 'SREM', ids(false));
}
