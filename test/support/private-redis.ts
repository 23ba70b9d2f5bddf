/**
 * A Redis of its own for a test that kills or freezes it. Its data and its socket path stay the same over restarts,
 * so that clients find it again. It ends with the test process, however that one ends.
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedisBinary } from '../../engine/redis/embedded/index.ts';
import { identifyProcess, isRunning } from '../../engine/redis/embedded/process-identity.ts';
import { openRunDirectory, serverCommand, socketOf } from '../../engine/redis/embedded/server-command.ts';
import {
  endUse,
  type ServerUse,
  waitForEnd,
  waitUntilReady,
} from '../../engine/redis/embedded/server-use.ts';
import { readServerPid, supervise } from '../../engine/redis/embedded/supervisor.ts';
import { REDIS_CACHE } from './redis-cache.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

export interface PrivateRedisOptions {
  /** Default `everysec`. */
  readonly appendfsync?: 'always' | 'everysec';
  /** More server arguments; later ones win. */
  readonly extraArgs?: readonly string[];
  /** Keeps its data on a disk of this size, which can be filled up; see small-disk.ts for where that can be. */
  readonly diskBytes?: number | undefined;
  /** Begins with a copy of what is in this folder. */
  readonly data?: string | undefined;
}

export interface PrivateRedis {
  /** For ioredis and BullMQ; good over restarts. */
  readonly connection: { readonly path: string };
  /** Holds the append-only file and `redis.log`. */
  readonly directory: string;
  /** Of the server that runs now; throws when none does. */
  readonly pid: number;
  /** It was not killed, and has not ended by itself. */
  readonly isRunning: boolean;
  readonly disk: SmallDisk | undefined;
  /** SIGKILL; resolves when it is gone. It stays away until `restart`. */
  kill9(): Promise<void>;
  /** Freezes it: connections stay open, nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same data, ending it in good order first if it runs. Resolves when it answers. @param extraArgs for this start only */
  restart(extraArgs?: readonly string[]): Promise<void>;
  /** Ends it and deletes its data. May be called again. */
  stop(): Promise<void>;
}

/** In a container when TEST_REDIS=container asks for it. */
export async function privateRedis(options: PrivateRedisOptions = {}): Promise<PrivateRedis> {
  if (process.env['TEST_REDIS'] === 'container')
    return (await import('./container-redis.ts')).containerRedis(options);
  const directory = await mkdtemp(join(tmpdir(), 'sluice-private-'));
  const { extraArgs: always = [], diskBytes, data } = options;
  if (data !== undefined) await cp(data, directory, { recursive: true });
  const disk = diskBytes === undefined ? undefined : await smallDisk(join(directory, 'disk'), diskBytes);
  const start = (extraArgs: readonly string[] = []) =>
    startIn(directory, { ...options, extraArgs: [...always, ...extraArgs], disk });
  let use: ServerUse | undefined = await start().catch(async (error: unknown) => {
    await disk?.close();
    await rm(directory, { recursive: true, force: true });
    throw error;
  });
  const path = socketOf(use.runDirectory);
  const pid = () => {
    const current = use === undefined ? undefined : readServerPid(use.runDirectory);
    if (current === undefined)
      throw new Error(`The private Redis of this test in ${directory} does not run.`);
    return current;
  };
  const end = async () => {
    if (use === undefined) return;
    // A frozen server could not end.
    if (readServerPid(use.runDirectory) !== undefined) process.kill(pid(), 'SIGCONT');
    await endUse(use);
    use = undefined;
  };
  return {
    connection: { path },
    directory,
    disk,
    get pid() {
      return pid();
    },
    get isRunning() {
      return use !== undefined && isRunning(use.shell) && readServerPid(use.runDirectory) !== undefined;
    },
    freeze: () => void process.kill(pid(), 'SIGSTOP'),
    thaw: () => void process.kill(pid(), 'SIGCONT'),
    async kill9() {
      process.kill(pid(), 'SIGKILL');
      if (use !== undefined) await waitForEnd(use.shell);
      await end();
    },
    async restart(extraArgs) {
      await end();
      use = await start(extraArgs);
    },
    async stop() {
      await end();
      await disk?.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startIn(
  directory: string,
  options: PrivateRedisOptions & { readonly disk: SmallDisk | undefined },
): Promise<ServerUse> {
  const env = process.env;
  const binary = await findRedisBinary({ cacheDirectory: REDIS_CACHE, env });
  const runDirectory = await openRunDirectory(directory, env);
  const { appendfsync = 'everysec', extraArgs = [], disk } = options;
  const dataDirectory = disk?.path ?? directory;
  const bare = serverCommand({ binary, dataDirectory, runDirectory, appendfsync, extraArgs });
  const command = disk?.enter(bare) ?? bare;
  const logFile = join(directory, 'redis.log');
  const lockFile = join(directory, 'redis.lock');
  const supervised = supervise({ runDirectory, lockFile, logFile, command, restarts: 0, env });
  const shell = identifyProcess(supervised.shellPid ?? 0);
  const use = { runDirectory, shell, leave: () => {}, release: supervised.release };
  supervised.begin();
  if (isRunning(shell) && (await waitUntilReady(socketOf(runDirectory), shell))) return use;
  await endUse(use);
  const log = await readFile(logFile, 'utf8').catch(() => '');
  throw new Error(`The private Redis of this test did not start. Its log: ${log}`);
}
