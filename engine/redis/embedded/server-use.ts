/** What starting and joining have in common: waiting until the server answers, and leaving it. */
import { setTimeout as pause } from 'node:timers/promises';
import { askState } from './ask-server.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';
import { readServerPid } from './supervisor.ts';
import { hasUsers } from './user-list.ts';

const SILENCE_LIMIT_MS = 60_000;
const END_LIMIT_MS = 15_000;

/** True once it answers; false when its process is gone or it was silent for a minute. Loading may take its time. */
export async function waitUntilReady(socket: string, shell: ProcessIdentity): Promise<boolean> {
  let silence = AbortSignal.timeout(SILENCE_LIMIT_MS);
  for (let waitMs = 5; !silence.aborted; waitMs = Math.min(waitMs * 1.5, 200)) {
    const state = await askState(socket);
    if (state === 'ready') return true;
    if (state === 'busy') silence = AbortSignal.timeout(SILENCE_LIMIT_MS);
    if (!isRunning(shell)) return false;
    await pause(waitMs);
  }
  return false;
}

export interface ServerUse {
  readonly runDirectory: string;
  readonly shell: ProcessIdentity;
  /** Leaves the list of users. */
  readonly leave: () => void;
  /** Lets go of the pipe. */
  readonly release: () => void;
}

/** Leaves, and waits for the end of the server unless somebody else uses it. */
export async function endUse(use: ServerUse): Promise<void> {
  use.leave();
  use.release();
  if (hasUsers(use.runDirectory)) return;
  if (await waitForEnd(use.shell)) return;
  const pid = readServerPid(use.runDirectory);
  if (pid !== undefined) killProcess(pid);
  if (!(await waitForEnd(use.shell))) killProcess(use.shell.pid);
}

/** True when the shell, and so the server, has ended; false after 15 s. */
export async function waitForEnd(shell: ProcessIdentity): Promise<boolean> {
  const limit = AbortSignal.timeout(END_LIMIT_MS);
  for (let waitMs = 2; isRunning(shell); waitMs = Math.min(waitMs * 1.5, 50)) {
    if (limit.aborted) return false;
    await pause(waitMs);
  }
  return true;
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
