/** Artifacts on Redis, in the slot of their run: for what is small. Written in pieces under another name, then renamed. */
import { randomBytes } from 'node:crypto';
import { SluiceError } from '../core/errors.ts';
import { shardOf } from '../core/run-id.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Connections } from './connection.ts';
import { readPieces } from './run-reader.ts';
import { createScripts } from './scripts.ts';

export interface RedisArtifactStoreOptions {
  /** As the shard store's. */
  readonly shards: number;
  /** Largest artifact, bytes. Default 8 MiB. */
  readonly maxBytes?: number;
}

const PIECE_BYTES = 256 * 1_024;
/** What a writer left unfinished is forgotten, ms. */
const PART_TTL_MS = 600_000;

export function createRedisArtifactStore(
  connections: Connections,
  options: RedisArtifactStoreOptions,
): ArtifactStore {
  const { keys, call } = connections;
  const scripts = createScripts(connections);
  const maxBytes = options.maxBytes ?? 8 * 1_024 * 1_024;
  const shard = (run: string) => shardOf(run, options.shards);
  return {
    maxBytes,
    async put(run, key, bytes) {
      if (bytes.length > maxBytes) throw tooLarge(run, key, bytes.length, maxBytes);
      const name = keys.blob(shard(run), run, key);
      // Before the artifact itself, so that none is ever there unlisted.
      await call('sadd', [keys.blobs(shard(run), run), key]);
      if (bytes.length === 0) {
        await call('set', [name, '']);
        return;
      }
      const part = keys.blobPart(shard(run), run, key, randomBytes(6).toString('hex'));
      await writePieces(connections, part, bytes);
      if ((await scripts.publishBlob([part, name], [])) === 0) throw expired(run, key);
    },
    async get(run, key) {
      const name = keys.blob(shard(run), run, key);
      const bytes = await readPieces({ connections }, name);
      // An empty artifact and none at all read the same.
      return bytes.length > 0 || (await call('exists', [name])) === 1 ? bytes : undefined;
    },
    locate: () => undefined,
  };
}

/** The last piece first, so that Redis reserves the whole length once instead of growing with room to spare. */
async function writePieces({ call }: Connections, key: string, bytes: Uint8Array): Promise<void> {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lastAt = Math.floor((source.length - 1) / PIECE_BYTES) * PIECE_BYTES;
  for (let at = lastAt; at >= 0; at -= PIECE_BYTES) {
    await call('setrange', [key, at, source.subarray(at, at + PIECE_BYTES)]);
    if (at === lastAt) await call('pexpire', [key, PART_TTL_MS]);
  }
}

function tooLarge(run: string, key: string, bytes: number, maxBytes: number): SluiceError {
  return new SluiceError(
    'internal',
    `Artifact "${key}" of run ${run} has ${bytes} bytes; this store takes ${maxBytes} at most. The caller should have refused it.`,
  );
}

function expired(run: string, key: string): SluiceError {
  return new SluiceError(
    'redis_unreachable',
    `Writing artifact "${key}" of run ${run} took longer than ${PART_TTL_MS / 60_000} minutes, so Redis forgot its beginning; try again.`,
  );
}
