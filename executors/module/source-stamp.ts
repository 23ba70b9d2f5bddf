/**
 * A text that changes when the code in a workflow's folder does. A child process keeps the modules that it has loaded,
 * so it is used again only while the stamp stays.
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

const CODE: ReadonlySet<string> = new Set([
  '.js',
  '.mjs',
  '.cjs',
  '.jsx',
  '.ts',
  '.mts',
  '.cts',
  '.tsx',
  '.json',
]);
const MAX_FILES = 1_000;
const MAX_FOLDERS = 1_000;

/** Covers the entry, and the code files of the folder without node_modules and dot folders, up to 1,000 of them. */
export async function stampSource(folder: string, entry: string): Promise<string> {
  const files: string[] = [];
  const folders = [folder];
  for (let seen = 0; seen < MAX_FOLDERS && files.length < MAX_FILES; seen++) {
    const next = folders.pop();
    if (next === undefined) break;
    for (const item of await list(next)) {
      const path = join(next, item.name);
      if (item.isDirectory() && !item.name.startsWith('.') && item.name !== 'node_modules')
        folders.push(path);
      else if (CODE.has(extname(item.name))) files.push(path);
    }
  }
  // The entry only when the walk has not met it: tasks of one folder with different entries share their child processes.
  if (!files.includes(entry)) files.push(entry);
  const stamps = await Promise.all(files.slice(-MAX_FILES).map(stampFile));
  return stamps.join('\n');
}

async function list(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

async function stampFile(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0, ino: 0 }));
  return `${path} ${size} ${mtimeMs} ${ino}`;
}
