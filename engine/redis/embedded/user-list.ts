/**
 * Who uses a server, as one file for each in the run directory. The pipe decides how long the server lives;
 * this list only tells somebody who leaves whether to wait for its end.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess, isRunning } from './process-identity.ts';

const PREFIX = 'user-';

/** Enters this process; answers how to leave. Does nothing when the server has just ended, its folder with it. */
export function enterUser(runDirectory: string): () => void {
  const { pid, started } = identifyProcess(process.pid);
  const file = join(runDirectory, `${PREFIX}${randomUUID()}`);
  if (existsSync(runDirectory)) writeFileSync(file, `${pid} ${started}`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** True when a live process is on the list. */
export function hasUsers(runDirectory: string): boolean {
  return listFiles(runDirectory).some((name) => {
    const [pid, started] = readText(join(runDirectory, name)).split(' ');
    return Number(pid) > 0 && isRunning({ pid: Number(pid), started: started ?? '' });
  });
}

function listFiles(runDirectory: string): string[] {
  try {
    return readdirSync(runDirectory).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
