/** What the three faces of the Redis shard store share: connections, scripts, the number of shards, order of calls. */
import { SluiceError } from '../core/errors.ts';
import { shardOf } from '../core/run-id.ts';
import type { Argument, Connections } from './connection.ts';
import type { Keys } from './keys.ts';
import { createScripts, type Scripts } from './scripts.ts';

export const DEFAULT_SHARDS = 16;

export interface RedisShardStoreOptions {
  /** Number of shards to fix at first use, and to insist on later. Default: what is stored, else 16. */
  readonly shards?: number;
  /** Silence after which a session is dead, ms. Default 4,000. */
  readonly deadAfterMs?: number;
  /** Gap between two renewals that starts the calm time anew, and during which nobody is dead, ms. Default 2,000. */
  readonly calmGapMs?: number;
}

export interface StoreContext {
  readonly connections: Connections;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly deadAfterMs: number;
  readonly calmGapMs: number;
  shards(wanted?: number): Promise<number>;
  /** Runs the work with the number of shards, at once when it is known, so that calls keep their order. */
  withShards<T>(work: (shards: number) => Promise<T>): Promise<T>;
  /** The same with the shard of the run. */
  onShardOf<T>(run: string, work: (shard: number) => Promise<T>): Promise<T>;
  /** Registers what must leave before any other call on the same shard. */
  beforeCalls(flush: (shard: number) => void): void;
  /** Sends all that waits for the shard. Every call on a shard begins with this. */
  flush(shard: number): void;
  call(name: string, args: readonly Argument[]): Promise<unknown>;
}

export function createStoreContext(connections: Connections, options: RedisShardStoreOptions): StoreContext {
  const flushes: ((shard: number) => void)[] = [];
  const count = createShardCount(connections, options.shards);
  const withShards = <T>(work: (shards: number) => Promise<T>) => {
    const known = count.known();
    return known === undefined ? count.resolve().then(work) : work(known);
  };
  return {
    connections,
    keys: connections.keys,
    scripts: createScripts(connections),
    deadAfterMs: options.deadAfterMs ?? 4_000,
    calmGapMs: options.calmGapMs ?? 2_000,
    shards: count.resolve,
    withShards,
    onShardOf: (run, work) => withShards((shards) => work(shardOf(run, shards))),
    beforeCalls: (flush) => void flushes.push(flush),
    flush(shard) {
      for (const flush of flushes) flush(shard);
    },
    call: connections.call,
  };
}

function createShardCount(connections: Connections, configured: number | undefined) {
  const meta = connections.keys.meta();
  let known: number | undefined;
  const readOrFix = async (wanted: number | undefined) => {
    await checkDataFormat(connections);
    let stored = await connections.call('hget', [meta, 'shards']);
    if (stored === null) {
      await connections.call('hsetnx', [meta, 'shards', wanted ?? DEFAULT_SHARDS]);
      stored = await connections.call('hget', [meta, 'shards']);
    }
    const shards = Number(stored);
    if (Number.isInteger(shards) && shards > 0) return shards;
    throw new SluiceError(
      'invalid_record',
      `The field "shards" of ${meta} should be a count, but is "${String(stored)}".`,
    );
  };
  const resolve = async (asked?: number) => {
    const wanted = asked ?? configured;
    const shards = known ?? (await readOrFix(wanted));
    if (wanted !== undefined && wanted !== shards) throw mismatch(connections, shards, wanted);
    known = shards;
    return shards;
  };
  return { known: () => known, resolve };
}

/** Form of what this build stores. A build goes on with what an earlier one left, and leaves alone what a later one wrote. */
export const DATA_FORMAT = 1;

/** @throws SluiceError data_too_new */
async function checkDataFormat({ call, keys, place }: Connections): Promise<void> {
  const meta = keys.meta();
  const stored = await call('hget', [meta, 'format']);
  if (stored === null) {
    await call('hsetnx', [meta, 'format', DATA_FORMAT]);
    return;
  }
  if (Number(stored) <= DATA_FORMAT) return;
  throw new SluiceError(
    'data_too_new',
    `Redis at ${place} holds data of form ${stored} (${meta}), written by a later version of Sluice; this one reads up to ${DATA_FORMAT}. ` +
      'Install that version here, or use another prefix or an empty Redis.',
    { details: { stored: Number(stored), readable: DATA_FORMAT } },
  );
}

function mismatch({ place, keys }: Connections, stored: number, wanted: number): SluiceError {
  return new SluiceError(
    'shards_mismatch',
    `Redis at ${place} was set up with ${stored} shards (${keys.meta()}), but ${wanted} were asked for. ` +
      `Ask for ${stored}, or leave the number out; for another number use another prefix or an empty Redis.`,
    { details: { stored, wanted } },
  );
}
