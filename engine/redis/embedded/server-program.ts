/** A server program on disk: whether it runs on this machine, and what it is. */
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import type { Environment } from './options.ts';

export interface RedisBinary {
  readonly path: string;
  readonly kind: 'redis' | 'valkey';
  /** Such as 7.0.15. */
  readonly version: string;
  readonly source: 'path' | 'cache' | 'packages';
  /** Folders with the libraries that it needs and the system lacks; joined with `:`, empty when none. */
  readonly libraryPath: string;
}

/** The oldest that has all commands that the engine uses. */
const OLDEST = '6.2.0';
export const PROGRAMS = ['redis-server', 'valkey-server'] as const;

/** A program to look at. */
export type Candidate = Pick<RedisBinary, 'path' | 'libraryPath' | 'source'>;

/** The program, once it has proved that it runs; otherwise a sentence part that says why it is of no use. */
export async function inspectProgram(candidate: Candidate, env: Environment): Promise<RedisBinary | string> {
  const { path, libraryPath } = candidate;
  const libraries = libraryPath === '' ? {} : { LD_LIBRARY_PATH: libraryPath };
  const answer = await runCommand(path, ['--version'], { env: { ...env, ...libraries }, timeoutMs: 10_000 });
  const version = /\bv=(\d+\.\d+\.\d+)/.exec(answer.output)?.[1];
  if (!answer.ok) return answer.complaint;
  if (version === undefined) return `${path} does not say its version`;
  if (compareVersions(version, OLDEST) < 0) return `${path} is ${version}, and ${OLDEST} or newer is needed`;
  return { ...candidate, version, kind: /valkey/i.test(answer.output) ? 'valkey' : 'redis' };
}

/** Below 0 when the left is older. */
export function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Folders below an unpacked root that hold libraries: of usr/lib, lib, and those one level below. */
export async function libraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const base of [join(root, 'usr', 'lib'), join(root, 'lib')]) {
    const below = await readdir(base).catch(() => []);
    folders.push(base, ...below.map((name) => join(base, name)));
  }
  const held = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
  return folders.filter((_, index) => held[index]?.some((name) => /\.so(\.|$)/.test(name)));
}

/** The server program below an unpacked package root, once it has proved that it runs; otherwise why not. */
export async function inspectUnpacked(root: string, env: Environment): Promise<RedisBinary | string> {
  const libraryPath = (await libraryFolders(root)).join(':');
  for (const program of PROGRAMS) {
    const path = join(root, 'usr', 'bin', program);
    if (await isExecutable(path)) {
      return await inspectProgram({ path, libraryPath, source: 'packages' }, env);
    }
  }
  return `${root} has no server program`;
}
