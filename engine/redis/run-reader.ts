/** Reads runs, plans and events, in pieces: no single command is unbounded. */
import { RECORD_BYTES } from '../core/node-record.ts';
import type { Plan } from '../core/plan.ts';
import type { RunHeader } from '../core/run-header.ts';
import type { ClientStore, Progress, StoredRun } from '../ports/shard-store.ts';
import { readBlocking, readBlockingBeside } from './blocking-read.ts';
import { NODES_PER_BUCKET } from './keys.ts';
import { bucketOf, decodeOutputs, FIRST_HASH, largeHash, outputsKey, smallHash } from './output-cells.ts';
import { scanSet } from './scan.ts';
import type { StoreContext } from './store-context.ts';

const RECORD_PIECE_BYTES = 256 * 1_024;
const BUCKETS_AT_ONCE = 32;
const NO_FIELDS: ReadonlyMap<string, Buffer> = new Map();
/** Readings of a run that changes meanwhile, before the last is taken as it is. Its owner always reads a run at rest. */
const TRIES = 3;

export type StoredEvents = Awaited<ReturnType<ClientStore['readEvents']>>;

export function loadRun(context: StoreContext, run: string): Promise<StoredRun | undefined> {
  return context.onShardOf(run, async (shard) => {
    let text = await readHeaderText(context, shard, run);
    for (let tries = 1; text !== undefined; tries++) {
      const stored = { header: parseHeader(text), ...(await readNodes(context, shard, run)) };
      const later = await readHeaderText(context, shard, run);
      if (later?.progress === text.progress || tries === TRIES) return stored;
      text = later;
    }
    return undefined;
  });
}

async function readNodes(
  context: StoreContext,
  shard: number,
  run: string,
): Promise<Omit<StoredRun, 'header'>> {
  const [records, outputs] = await Promise.all([
    readPieces(context, context.keys.nodes(shard, run)),
    readOutputs(context, shard, run),
  ]);
  return { records, outputs };
}

async function readOutputs(context: StoreContext, shard: number, run: string): Promise<Map<number, string>> {
  const named = await scanSet(context, context.keys.buckets(shard, run));
  const hashes = new Set([FIRST_HASH, ...[...named].map(Number)]);
  const buckets = [...new Set([...hashes].map(bucketOf))].sort((a, b) => a - b);
  const outputs = new Map<number, string>();
  for (let from = 0; from < buckets.length; from += BUCKETS_AT_ONCE) {
    const piece = buckets.slice(from, from + BUCKETS_AT_ONCE);
    const read = (hash: number) =>
      hashes.has(hash) ? readHash(context, outputsKey(context.keys, shard, run, hash)) : NO_FIELDS;
    const found = await Promise.all(
      piece.map((bucket) => Promise.all([read(smallHash(bucket)), read(largeHash(bucket))])),
    );
    found.forEach(([small, large], at) => {
      const first = (piece[at] ?? 0) * NODES_PER_BUCKET;
      for (const [node, json] of decodeOutputs(small, large)) outputs.set(first + node, json);
    });
  }
  return outputs;
}

/** A string of any size, or its first `bytes`. Empty when there is none. */
export async function readPieces(
  context: Pick<StoreContext, 'connections'>,
  key: string,
  bytes = Number.MAX_SAFE_INTEGER,
): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes; from += RECORD_PIECE_BYTES) {
    const range = [key, from, Math.min(bytes, from + RECORD_PIECE_BYTES) - 1];
    const piece = (await context.connections.callForBytes('getrange', range)) as Buffer;
    pieces.push(piece);
    if (piece.length < RECORD_PIECE_BYTES) break;
  }
  return new Uint8Array(Buffer.concat(pieces));
}

export function readRecords(context: StoreContext, run: string, count: number): Promise<Uint8Array> {
  return context.onShardOf(run, (shard) =>
    readPieces(context, context.keys.nodes(shard, run), count * RECORD_BYTES),
  );
}

async function readHash(context: StoreContext, key: string): Promise<ReadonlyMap<string, Buffer>> {
  const reply = (await context.connections.callForBytes('hgetall', [key])) as {
    readonly [field: string]: Buffer;
  };
  return new Map(Object.entries(reply));
}

export async function loadPlan(
  context: StoreContext,
  shard: number,
  hash: string,
): Promise<Plan | undefined> {
  const text = (await context.call('get', [context.keys.plan(shard, hash)])) as string | null;
  return text === null ? undefined : (JSON.parse(text) as Plan);
}

export function readHeader(context: StoreContext, run: string): Promise<RunHeader | undefined> {
  return context.onShardOf(run, async (shard) => {
    const text = await readHeaderText(context, shard, run);
    return text && parseHeader(text);
  });
}

/** A header as stored: what was asked for, and how far it has come (empty before the owner's first commit). */
interface HeaderText {
  readonly request: string;
  readonly progress: string;
}

async function readHeaderText(
  context: StoreContext,
  shard: number,
  run: string,
): Promise<HeaderText | undefined> {
  const keys = [context.keys.run(shard, run), context.keys.progress(shard, run)];
  return toHeaderText((await context.call('mget', keys)) as (string | null)[]);
}

function toHeaderText([request, progress]: readonly (string | null)[]): HeaderText | undefined {
  return typeof request === 'string' ? { request, progress: progress ?? '{}' } : undefined;
}

function parseHeader({ request, progress }: HeaderText): RunHeader {
  return { ...(JSON.parse(request) as RunHeader), ...(JSON.parse(progress) as Partial<RunHeader>) };
}

export interface EventRead {
  readonly run: string;
  readonly after: number;
  readonly limit: number;
  readonly blockMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Entries passed over at once by whoever waits for progress. */
const PASSED_AT_ONCE = 500;

export function awaitProgress(
  context: StoreContext,
  { run, after, blockMs, signal }: Omit<EventRead, 'limit'>,
): Promise<Progress | undefined> {
  return context.onShardOf(run, async (shard) => {
    const { connections, keys } = context;
    const { replies, values } = await readBlockingBeside(connections, {
      streams: new Map([[keys.events(shard, run), `0-${after}`]]),
      count: PASSED_AT_ONCE,
      blockMs,
      signal,
      beside: [keys.run(shard, run), keys.progress(shard, run)],
    });
    const text = values ? toHeaderText(values) : await readHeaderText(context, shard, run);
    const last = replies[0]?.[1].at(-1)?.[0];
    return text && { header: parseHeader(text), seq: last === undefined ? after : Number(last.slice(2)) };
  });
}

/** Entry `0-<last seq>` holds `<count>:<packed>`. */
export function readEvents(
  context: StoreContext,
  { run, after, limit, blockMs, signal }: EventRead,
): Promise<StoredEvents> {
  return context.onShardOf(run, async (shard) => {
    const streams = new Map([[context.keys.events(shard, run), `0-${after}`]]);
    const replies = await readBlocking(context.connections, { streams, count: limit, blockMs, signal });
    return replies.flatMap(([, entries]) =>
      entries.map(([id, fields]) => {
        const last = Number(id.slice(2));
        const text = fields[1] ?? '';
        const colon = text.indexOf(':');
        return { first: last - Number(text.slice(0, colon)) + 1, last, packed: text.slice(colon + 1) };
      }),
    );
  });
}
