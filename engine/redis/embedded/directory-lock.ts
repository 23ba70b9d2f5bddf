/**
 * The lock of a data directory: one file that says which processes run the server there, and how to reach it.
 * Two servers must never write the same append-only file. The lock is only taken from the dead, judged by process
 * number and start time, and it is removed by the supervising shell when the server has ended.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { identifyProcess, isRunning } from './process-identity.ts';

const processSchema = z.object({ pid: z.number().int().positive(), started: z.string() });
const runningSchema = z.object({
  /** Supervises the server; named before the server may start. */
  shell: processSchema,
  /** Named once it answers. */
  server: processSchema.optional(),
  /** Holds the socket and the pipe; outside the data directory when that has a long path. */
  runDirectory: z.string(),
});
const recordSchema = z.object({
  /** Who took the lock. Counts only until something runs. */
  starter: processSchema,
  running: runningSchema.optional(),
});

export type LockRecord = z.infer<typeof recordSchema>;

/** A file that cannot be read is being written, unless it is older than this. */
const WRITING_MS = 5_000;

export function lockFileOf(dataDirectory: string): string {
  return join(dataDirectory, 'redis.lock');
}

/** Takes the lock if nobody has it; false when somebody has. */
export function takeLock(dataDirectory: string): boolean {
  const record: LockRecord = { starter: identifyProcess(process.pid) };
  try {
    writeFileSync(lockFileOf(dataDirectory), JSON.stringify(record), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Tells what runs under a lock that the caller has. */
export function nameRunning(dataDirectory: string, running: NonNullable<LockRecord['running']>): void {
  const record: LockRecord = { starter: identifyProcess(process.pid), running };
  const draft = `${lockFileOf(dataDirectory)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
  renameSync(draft, lockFileOf(dataDirectory));
}

export function isLocked(dataDirectory: string): boolean {
  return existsSync(lockFileOf(dataDirectory));
}

export function releaseLock(dataDirectory: string): void {
  rmSync(lockFileOf(dataDirectory), { force: true });
}

/** Who has the lock; undefined when nobody has, or its file is not readable. */
export function readLock(dataDirectory: string): LockRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(lockFileOf(dataDirectory), 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Removes a lock whose processes are all dead; true when it did.
 * Judging and removing happen without a pause under a guard, so that of two who find a dead lock the second
 * cannot remove the new lock of the first.
 */
export function removeDeadLock(dataDirectory: string): boolean {
  const guard = `${lockFileOf(dataDirectory)}.guard`;
  if (!enterGuard(guard)) return false;
  try {
    if (!isDead(dataDirectory)) return false;
    const record = readLock(dataDirectory);
    if (record?.running) rmSync(record.running.runDirectory, { recursive: true, force: true });
    releaseLock(dataDirectory);
    return true;
  } finally {
    rmdirSync(guard);
  }
}

function isDead(dataDirectory: string): boolean {
  const record = readLock(dataDirectory);
  if (record === undefined) return ageOf(lockFileOf(dataDirectory)) > WRITING_MS;
  if (record.running === undefined) return !isRunning(record.starter);
  const { shell, server } = record.running;
  return !isRunning(shell) && !(server !== undefined && isRunning(server));
}

/** A guard is held for an instant; an old one was left by a process that was killed in that instant. */
function enterGuard(guard: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      mkdirSync(guard);
      return true;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      if (ageOf(guard) <= WRITING_MS) return false;
      rmSync(guard, { recursive: true, force: true });
    }
  }
  return false;
}

/** Milliseconds since the last change, 0 when it is gone; by the clock that stamps the files, perhaps another machine's. */
function ageOf(path: string): number {
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) return 0;
  const probe = mkdtempSync(`${path}.clock-`);
  const now = statSync(probe).mtimeMs;
  rmdirSync(probe);
  return now - state.mtimeMs;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
