/** The build that tests of the command line use: made anew when a source is newer, once, whoever asks first. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = [
  'build',
  'cli',
  'dsl',
  'engine',
  'executors',
  'monitoring',
  'notifications',
  'sdk',
  'server',
  'testing',
  'web',
  'tsconfig.json',
  'tsconfig.build.json',
];
const BUILT = join(ROOT, 'dist', 'program', 'main.js');
const LOCK = join(ROOT, 'node_modules', '.cache', 'sluice-build.lock');
/** A lock that is older was left by a process that was killed. */
const STALE_MS = 120_000;

/** Resolves when `dist/` is as new as the sources. @throws with the compiler's words when they do not compile. */
export async function buildIfStale(): Promise<void> {
  while (isStale()) {
    if (takeLock()) {
      try {
        if (isStale()) await promisify(execFile)(process.execPath, [join(ROOT, 'build', 'main.mjs')]);
      } catch (error) {
        throw new Error(`The build failed: ${wordsOf(error)}`);
      } finally {
        rmSync(LOCK, { recursive: true, force: true });
      }
    } else await pause(100);
  }
}

function isStale(): boolean {
  const built = changedAt(BUILT);
  return SOURCES.some((source) => newestIn(join(ROOT, source)) > built);
}

function newestIn(path: string): number {
  if (!statSync(path).isDirectory()) return changedAt(path);
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(ts|lua)$/.test(file),
  );
  return Math.max(0, ...files.map((file) => changedAt(join(path, file))));
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function takeLock(): boolean {
  if (changedAt(LOCK) > 0 && Date.now() - changedAt(LOCK) > STALE_MS)
    rmSync(LOCK, { recursive: true, force: true });
  try {
    mkdirSync(join(LOCK, '..'), { recursive: true });
    mkdirSync(LOCK);
    return true;
  } catch {
    return false;
  }
}

function wordsOf(error: unknown): string {
  const { stdout, message } = {
    stdout: '',
    message: '',
    ...(error as { stdout?: string; message?: string }),
  };
  return stdout || message;
}
