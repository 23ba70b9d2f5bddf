/** Which process is meant, beyond its number: numbers are used again after a restart of the machine or container. */
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Start of the process in the kernel's ticks, where the system tells; otherwise empty. */
  readonly started: string;
}

export function identifyProcess(pid: number): ProcessIdentity {
  return { pid, started: readStart(pid) };
}

export function isRunning(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // Not allowed to signal it: it runs, as another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return identity.started === '' || readStart(identity.pid) === identity.started;
}

function readStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may hold spaces; the start is the 22nd field, the 20th after it.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? 'ended' : (fields[18] ?? '');
  } catch {
    return '';
  }
}
