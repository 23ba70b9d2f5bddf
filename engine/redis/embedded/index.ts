/**
 * A private, real Redis for one data directory: found or fetched, started, shared between the processes that
 * use the directory, and ended with the last of them, however that one ends.
 */
import { chmod, mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf, SluiceError } from '../../core/errors.ts';
import { isLocked, readLock, removeDeadLock, takeLock } from './directory-lock.ts';
import { joinServer } from './join-server.ts';
import type { EmbeddedRedis, EmbeddedRedisOptions } from './options.ts';
import { findRedisBinary } from './redis-binary.ts';
import type { RedisBinary } from './server-program.ts';
import { startServer } from './start-server.ts';

export type { BinaryOptions, EmbeddedRedis, EmbeddedRedisOptions, Environment } from './options.ts';
export { findRedisBinary } from './redis-binary.ts';
export type { RedisBinary } from './server-program.ts';

const PATIENCE_MS = 20_000;

/**
 * Joins the server of the data directory if one runs, else starts it. If it can be neither joined nor replaced, a fresh,
 * empty one is started in a folder below, and `onProgress` says so.
 * The server lives until all who use it have stopped or died.
 * @throws SluiceError `embedded_redis_unavailable` with what to do.
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const dataDirectory = await openDataDirectory(options.dataDirectory);
  let binary: RedisBinary | undefined;
  const patienceMs = options.patienceMs ?? PATIENCE_MS;
  let patience = AbortSignal.timeout(patienceMs);
  while (!patience.aborted) {
    const joined = await joinServer(dataDirectory);
    if (joined) return joined;
    if (!isLocked(dataDirectory) || removeDeadLock(dataDirectory)) {
      if (binary === undefined) {
        binary = await findRedisBinary(options);
        patience = AbortSignal.timeout(patienceMs);
      }
      if (takeLock(dataDirectory)) return await startServer(dataDirectory, binary, options);
    }
    await pause(50);
  }
  return await startFresh(dataDirectory, options);
}

async function startFresh(dataDirectory: string, options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const fresh = await mkdtemp(join(dataDirectory, 'fresh-'));
  const owner = readLock(dataDirectory)?.starter.pid ?? 'unknown';
  options.onProgress?.(
    `The private Redis in ${dataDirectory} (started by process ${owner}) does not answer, so a fresh one runs in ${fresh}: ` +
      'earlier runs are not visible in it, and its runs will not be found in the usual place.',
  );
  return await startEmbeddedRedis({ ...options, dataDirectory: fresh });
}

/** The real path, so that processes that name it differently find the same lock. */
async function openDataDirectory(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    return await realpath(directory);
  } catch (cause) {
    throw new SluiceError(
      'embedded_redis_unavailable',
      `The data directory ${directory} cannot be used: ${messageOf(cause)}. Choose another, or give it to this user.`,
      { cause },
    );
  }
}
