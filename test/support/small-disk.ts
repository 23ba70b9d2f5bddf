/**
 * A disk that can be filled up: a tmpfs of its own size, in a mount namespace of its own, so that nothing else on the machine sees
 * it. Only root may make one, and only on Linux. It ends with the test process.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface SmallDisk {
  /** Where programs that were begun with `enter` see it. */
  readonly path: string;
  /** Where everybody else finds the same files. */
  readonly outside: string;
  /** The command line that begins a program which sees the disk. */
  enter(command: readonly string[]): readonly string[];
  /** Leaves no room. */
  fill(): void;
  /** Takes back what `fill` wrote. */
  free(): void;
  close(): Promise<void>;
}

const KEEP = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && echo ready && exec cat';
const BALLAST = 'ballast';

/** Whether disks can be made here. */
export function canMakeDisks(): boolean {
  if (process.platform !== 'linux') return false;
  const tried = spawnSync('unshare', ['-m', '--propagation', 'private', 'mount', '-t', 'tmpfs', 'x', '/mnt']);
  return tried.status === 0 && spawnSync('nsenter', ['--version']).status === 0;
}

/** @param path is made */
export async function smallDisk(path: string, bytes: number): Promise<SmallDisk> {
  mkdirSync(path, { recursive: true });
  const args = ['-m', '--propagation', 'private', 'sh', '-c', KEEP, 'sh', String(bytes), path];
  const keeper = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(keeper, 'exit');
  const said = await Promise.race([once(keeper.stdout, 'data'), ended]);
  if (!String(said[0]).includes('ready')) throw new Error(`no disk could be made at ${path}`);
  const outside = `/proc/${keeper.pid}/root${path}`;
  const ballast = join(outside, BALLAST);
  return {
    path,
    outside,
    enter: (command) => ['nsenter', '-t', String(keeper.pid), '-m', '--', ...command],
    fill: () => fillUp(ballast),
    free: () => rmSync(ballast, { force: true }),
    async close() {
      keeper.stdin.end();
      await ended;
    },
  };
}

function fillUp(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (const size of [1_024 * 1_024, 4_096]) writeUntilFull(file, Buffer.alloc(size));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, piece: Buffer): void {
  try {
    for (;;) if (writeSync(file, piece) < piece.length) return;
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC')) throw thrown;
  }
}
