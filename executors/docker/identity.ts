/** Whose a container is: labels that name the worker's process, so that what a killed worker left can be told and removed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

const OWNER = 'sluice.owner';
/** All containers of workers. */
export const OWNER_FILTER = { label: [OWNER] };

export function ownLabels(): { readonly [name: string]: string } {
  return { [OWNER]: `${PLACE}:${process.pid}:${startOf(process.pid)}` };
}

/** Whether the worker that started it was on this machine and is gone. */
export function isOrphan(labels: { readonly [name: string]: string } | undefined): boolean {
  const [place, pid, start] = (labels?.[OWNER] ?? '').split(':');
  return place === PLACE && !isAlive(Number(pid), start ?? '');
}

function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  // The number may have gone to another process since.
  const now = startOf(pid);
  return now === '' || start === '' || now === start;
}

/** Process ids mean the same within one boot of one machine or container. */
const PLACE = createHash('sha256')
  .update(`${hostname()}\n${tryRead('/proc/sys/kernel/random/boot_id')}`)
  .digest('hex')
  .slice(0, 12);

/** When a process started, in ticks since boot; empty where the system does not tell. */
function startOf(pid: number): string {
  const stat = tryRead(`/proc/${pid}/stat`);
  // The second field is the program's name, which may hold anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
