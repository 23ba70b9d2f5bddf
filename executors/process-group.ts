/**
 * One program in a process group of its own. Promises: output in order per stream; on abort SIGTERM to the whole group
 * and, after the grace, SIGKILL; when the main process has ended, or this process, nothing of its group stays alive.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { LogSink } from '../engine/ports/executor.ts';
import type { Environment } from './environment.ts';
import type { GroupWatchdog } from './group-watchdog.ts';
import { LineSplitter } from './line-splitter.ts';

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Environment;
}

export interface Supervision {
  readonly signal: AbortSignal;
  /** From SIGTERM to SIGKILL, ms. Read when the signal aborts. */
  readonly graceMs: number;
  readonly log: LogSink;
  /** Ends the group when this process is killed. */
  readonly watchdog: GroupWatchdog;
}

/** How the main process ended. `stopped`: the abort came first. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stopped: boolean;
}

const POLL_MS = 20;
/** How long output may still come from a process that left the group and kept the pipes. */
const DRAIN_MS = 500;

/** Runs the program to its end. @throws what `spawn` reports when it cannot start (ENOENT, EACCES, E2BIG). */
export async function runProcessGroup(program: Program, supervision: Supervision): Promise<ProcessEnd> {
  const { watchdog } = supervision;
  watchdog.ready();
  const child = spawn(program.file, program.args, {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) watchdog.add(child.pid);
  const exited = new Promise<Omit<ProcessEnd, 'stopped'>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const output = readLines(child, supervision.log);
  const pid = await started(child);
  const stop = stopOnAbort(pid, supervision);
  try {
    const end = await exited;
    const stopped = stop.requested();
    if (stopped) await groupEnds(pid, stop.killed);
    signalGroup(pid, 'SIGKILL');
    watchdog.remove(pid);
    await within(DRAIN_MS, closed);
    output.end();
    return { ...end, stopped };
  } finally {
    stop.release();
  }
}

/** Signals every process of the group; false when none is left. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? Number.NaN));
  });
}

function readLines(child: ChildProcess, log: LogSink): { end(): void } {
  const stdout = new LineSplitter((text) => log.line('stdout', text));
  const stderr = new LineSplitter((text) => log.line('stderr', text));
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return {
    end() {
      child.stdout?.destroy();
      child.stderr?.destroy();
      stdout.end();
      stderr.end();
    },
  };
}

interface Stop {
  requested(): boolean;
  /** Resolves once SIGKILL was sent. */
  readonly killed: Promise<void>;
  release(): void;
}

function stopOnAbort(pid: number, supervision: Supervision): Stop {
  const { signal } = supervision;
  let timer: NodeJS.Timeout | undefined;
  let announce = (): void => {};
  const killed = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const stop = (): void => {
    signalGroup(pid, 'SIGTERM');
    // A process stopped by SIGSTOP would never see SIGTERM.
    signalGroup(pid, 'SIGCONT');
    timer = setTimeout(() => {
      signalGroup(pid, 'SIGKILL');
      announce();
    }, supervision.graceMs);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return {
    requested: () => timer !== undefined,
    killed,
    release() {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    },
  };
}

/** Resolves when no process of the group is left, or it was killed: a shell may end before the programs it started. */
async function groupEnds(pid: number, killed: Promise<void>): Promise<void> {
  let over = false;
  void killed.then(() => {
    over = true;
  });
  while (!over && signalGroup(pid, 0)) await pause(POLL_MS);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function within(ms: number, done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
