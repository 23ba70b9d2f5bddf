/**
 * The folder of one worker session, in which attempts work. Its name says whose it is, so that a later session can remove what
 * was left by one that was killed: `sluice-work-<place>-<pid>-<start>-<random>`.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat, mkdtemp, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createRealClock } from '../real-clock.ts';
import { removeReadOnly } from '../source/source-cache.ts';

const NAME = /^sluice-work-([0-9a-f]{8})-(\d+)-(\d+)-[A-Za-z0-9]{6}$/;
/** A session elsewhere (another container, a boot before this one) is over when no attempt has begun for so long. */
const ELSEWHERE_MS = 7 * 24 * 60 * 60 * 1000;

/** Makes the folder, 0700, in `parent`, and has those of dead sessions removed meanwhile. */
export async function makeSessionDirectory(parent: string): Promise<string> {
  const name = `sluice-work-${PLACE}-${process.pid}-${startOf(process.pid) ?? 0}-`;
  const directory = await mkdtemp(join(parent, name));
  void removeDeadSessions(parent);
  return directory;
}

/** Removes the folders of this user whose session is over. Never rejects: what cannot be removed stays. */
export async function removeDeadSessions(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((one) => NAME.test(one))) {
    const directory = join(parent, name);
    if (await isLeftOver(name, directory)) await removeReadOnly(directory).catch(() => {});
  }
}

async function isLeftOver(name: string, directory: string): Promise<boolean> {
  const [, place, pid, start] = NAME.exec(name) ?? [];
  const stats = await lstat(directory).catch(() => undefined);
  if (!stats?.isDirectory() || stats.uid !== process.getuid?.()) return false;
  if (place !== PLACE) return createRealClock().now() - stats.mtimeMs > ELSEWHERE_MS;
  return !isAlive(Number(pid), Number(start));
}

function isAlive(pid: number, start: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  // The number may have gone to another process since.
  const now = startOf(pid);
  return now === undefined || start === 0 || now === start;
}

/** Where process ids mean the same: containers may share a folder, and each has its own numbers. */
const PLACE = createHash('sha256')
  .update(
    [
      hostname(),
      tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
      tryRead(() => readlinkSync('/proc/self/ns/pid')),
    ].join('\n'),
  )
  .digest('hex')
  .slice(0, 8);

/** When the process started, in ticks since boot; undefined where the system does not tell. */
function startOf(pid: number): number | undefined {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the program's name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = Number(fields[19]);
  return Number.isSafeInteger(start) ? start : undefined;
}

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
