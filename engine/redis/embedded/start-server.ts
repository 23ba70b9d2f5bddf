/** Starts the server of a data directory whose lock the caller has taken, and waits until it answers. */
import { readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../../core/errors.ts';
import { askFacts } from './ask-server.ts';
import { lockFileOf, nameRunning, releaseLock } from './directory-lock.ts';
import { describeServer } from './join-server.ts';
import type { EmbeddedRedis, EmbeddedRedisOptions } from './options.ts';
import { identifyProcess } from './process-identity.ts';
import { openRunDirectory, serverCommand, socketOf } from './server-command.ts';
import type { RedisBinary } from './server-program.ts';
import { endUse, type ServerUse, waitUntilReady } from './server-use.ts';
import { type Supervised, supervise } from './supervisor.ts';
import { enterUser } from './user-list.ts';

/** A server that the system kills, for want of memory say, comes back this often. */
const RESTARTS = 5;
const LOG_LIMIT_BYTES = 1_000_000;
const LOG_TAIL_LINES = 3;

/** @throws SluiceError `embedded_redis_unavailable` with the last lines of the server's log. */
export async function startServer(
  dataDirectory: string,
  binary: RedisBinary,
  options: EmbeddedRedisOptions,
): Promise<EmbeddedRedis> {
  const logFile = join(dataDirectory, 'redis.log');
  const use = await launch({ dataDirectory, logFile, binary }, options);
  const socket = socketOf(use.runDirectory);
  const facts = (await waitUntilReady(socket, use.shell)) ? await askFacts(socket) : undefined;
  if (facts === undefined) {
    await endUse(use);
    throw new SluiceError(
      'embedded_redis_unavailable',
      `The private Redis (${binary.path}, ${binary.version}) did not start in ${dataDirectory}. ` +
        `Its log, ${logFile}, ends with:\n${await readTail(logFile)}`,
    );
  }
  const { runDirectory, shell } = use;
  nameRunning(dataDirectory, { runDirectory, shell, server: identifyProcess(facts.pid) });
  return describeServer(use, { dataDirectory, version: facts.version, joined: false });
}

interface Launch {
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly binary: RedisBinary;
}

/** Gives the lock back when nothing could be launched. */
async function launch(what: Launch, options: EmbeddedRedisOptions): Promise<ServerUse> {
  const { dataDirectory } = what;
  const env = options.env ?? {};
  let runDirectory: string | undefined;
  try {
    await shortenLog(what.logFile);
    runDirectory = await openRunDirectory(dataDirectory, env);
    const { appendfsync = 'everysec', extraArgs = [] } = options;
    const command = serverCommand({ ...what, runDirectory, appendfsync, extraArgs });
    const lockFile = lockFileOf(dataDirectory);
    const files = { runDirectory, lockFile, logFile: what.logFile };
    return begin(supervise({ ...files, command, restarts: RESTARTS, env }), what, runDirectory);
  } catch (error) {
    if (runDirectory !== undefined) await rm(runDirectory, { recursive: true, force: true });
    releaseLock(dataDirectory);
    throw error;
  }
}

/** Lets the server start once the lock names its shell: from then on nobody takes the lock while it may run. */
function begin(supervised: Supervised, what: Launch, runDirectory: string): ServerUse {
  const { release, shellPid } = supervised;
  if (shellPid === undefined) {
    release();
    throw new SluiceError(
      'embedded_redis_unavailable',
      '/bin/sh, which looks after the private Redis, did not start.',
    );
  }
  const shell = identifyProcess(shellPid);
  nameRunning(what.dataDirectory, { runDirectory, shell });
  const leave = enterUser(runDirectory);
  supervised.begin();
  return { runDirectory, shell, leave, release };
}

async function shortenLog(logFile: string): Promise<void> {
  const state = await stat(logFile).catch(() => undefined);
  if (state !== undefined && state.size > LOG_LIMIT_BYTES) await truncate(logFile);
}

async function readTail(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
