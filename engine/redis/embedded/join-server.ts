/** Joins the server that already runs on a data directory. */
import { askFacts, askState } from './ask-server.ts';
import { readLock } from './directory-lock.ts';
import type { EmbeddedRedis } from './options.ts';
import { isRunning } from './process-identity.ts';
import { socketOf } from './server-command.ts';
import { endUse, type ServerUse, waitUntilReady } from './server-use.ts';
import { holdServer } from './supervisor.ts';
import { enterUser } from './user-list.ts';

/** Undefined when none runs there, or it is just ending or starting. */
export async function joinServer(dataDirectory: string): Promise<EmbeddedRedis | undefined> {
  const running = readLock(dataDirectory)?.running;
  if (running === undefined || !isRunning(running.shell)) return undefined;
  const socket = socketOf(running.runDirectory);
  if ((await askState(socket)) === 'silent') return undefined;
  const release = holdServer(running.runDirectory);
  if (release === undefined) return undefined;
  const leave = enterUser(running.runDirectory);
  const use: ServerUse = { ...running, release, leave };
  const ready = await waitUntilReady(socket, running.shell);
  const facts = ready ? await askFacts(socket) : undefined;
  if (facts !== undefined)
    return describeServer(use, { dataDirectory, version: facts.version, joined: true });
  await endUse(use);
  return undefined;
}

export function describeServer(
  use: ServerUse,
  facts: { dataDirectory: string; version: string; joined: boolean },
): EmbeddedRedis {
  let stopping: Promise<void> | undefined;
  return {
    connection: { path: socketOf(use.runDirectory) },
    directory: facts.dataDirectory,
    version: facts.version,
    joined: facts.joined,
    stop: () => {
      stopping ??= endUse(use);
      return stopping;
    },
  };
}
