/** The content of files in the workflow's folder as one hash, for `cache.files`. Only this file knows picomatch. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import picomatch from 'picomatch';
import { TaskFailure } from '../../ports/executor.ts';
import { plainRelativePath } from '../files/relative-path.ts';
import { IGNORE_FILE, type IgnoreTest, parseIgnoreFile } from './source-ignore.ts';

export interface SourceDigest {
  /** SHA-256 in hex over paths and contents. */
  readonly hash: string;
  /** Globs that no file fits. */
  readonly unmatched: readonly string[];
}

/**
 * What `.sluiceignore` names is not looked at, so that the hash is the same on every worker. A folder stands for all in it; of
 * links the target's name counts. @throws TaskFailure invalid_options for a path that leads out of the folder.
 */
export async function digestFiles(folder: string, globs: readonly string[]): Promise<SourceDigest> {
  const ignoreText = await readFile(join(folder, IGNORE_FILE), 'utf8').catch(() => '');
  const isIgnored = parseIgnoreFile(ignoreText);
  const found = new Map<string, string>();
  const unmatched: string[] = [];
  for (const glob of globs) {
    const paths = await matching(folder, plain(glob), isIgnored);
    if (paths.length === 0) unmatched.push(glob);
    for (const path of paths) if (!found.has(path)) found.set(path, await contentOf(join(folder, path)));
  }
  const hash = createHash('sha256');
  for (const [path, content] of [...found].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${path}\0${content}\n`);
  return { hash: hash.digest('hex'), unmatched };
}

function plain(glob: string): string {
  const path = plainRelativePath(glob);
  if (path !== undefined) return path;
  const message = `cache.files: ${JSON.stringify(glob)} must be a relative path or glob within the workflow's folder, without "..".`;
  throw new TaskFailure('invalid_options', message);
}

async function matching(folder: string, glob: string, isIgnored: IgnoreTest): Promise<string[]> {
  const { base, isGlob } = picomatch.scan(glob);
  const start = isGlob ? base : glob;
  const stats = await lstat(join(folder, start)).catch(() => undefined);
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return isGlob || isLeftOut(isIgnored, start) ? [] : [start];
  // A folder by its name means all that is in it, hidden files too.
  const fits = isGlob ? picomatch(glob) : () => true;
  return (await filesBelow(folder, start, isIgnored)).filter((path) => fits(path));
}

async function filesBelow(folder: string, start: string, isIgnored: IgnoreTest): Promise<string[]> {
  const files: string[] = [];
  const folders = [start];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of await readdir(join(folder, next), { withFileTypes: true })) {
      const path = next === '' ? entry.name : `${next}/${entry.name}`;
      if (isIgnored(path, entry.isDirectory())) continue;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() || entry.isSymbolicLink()) files.push(path);
    }
  }
  return files;
}

function isLeftOut(isIgnored: IgnoreTest, path: string): boolean {
  const names = path.split('/');
  return names.some((_, i) => isIgnored(names.slice(0, i + 1).join('/'), i < names.length - 1));
}

async function contentOf(path: string): Promise<string> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink()) return `link ${await readlink(path)}`;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `${stats.mode & 0o100 ? 'x' : '-'} ${hash.digest('hex')}`;
}
