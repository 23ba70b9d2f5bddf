/**
 * Artifacts as files that people can open: `<root>/<run>/<key>`. For one machine, or a folder that all roles share.
 * A file appears complete or not at all, and only this user can read it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SluiceError } from '../../core/errors.ts';
import { isRunId } from '../../core/run-id.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { plainRelativePath } from './relative-path.ts';

export interface DirectoryArtifactStoreOptions {
  /** Largest artifact, bytes. Default 1 GiB. */
  readonly maxBytes?: number;
}

/** @param root is made when the first artifact comes. */
export function createDirectoryArtifactStore(
  root: string,
  options: DirectoryArtifactStoreOptions = {},
): ArtifactStore {
  const home = resolve(root);
  const pathOf = (run: string, key: string) => join(home, folderOf(run), fileOf(key));
  return {
    maxBytes: options.maxBytes ?? 1_024 ** 3,
    async put(run, key, bytes) {
      const path = pathOf(run, key);
      const part = join(home, `.part-${randomBytes(9).toString('hex')}`);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      try {
        await writeFile(part, bytes, { mode: 0o600, flag: 'wx' });
        await rename(part, path);
      } finally {
        await rm(part, { force: true });
      }
    },
    async get(run, key) {
      try {
        return await readFile(pathOf(run, key));
      } catch (thrown) {
        if (isAbsent(thrown)) return undefined;
        throw thrown;
      }
    },
    locate: pathOf,
    remove: (run) => rm(join(home, folderOf(run)), { recursive: true, force: true }),
  };
}

function folderOf(run: string): string {
  if (isRunId(run)) return run;
  throw new SluiceError(
    'internal',
    `An artifact was asked for under "${run.slice(0, 60)}", which is no run id.`,
  );
}

/** A key that is no path of ordinary names (`..`, NUL, too long) becomes a file named by its hash. */
function fileOf(key: string): string {
  const plain = plainRelativePath(key);
  const isOrdinary = plain === key && key.split('/').every((name) => Buffer.byteLength(name) <= 200);
  return isOrdinary ? key : `_${createHash('sha256').update(key).digest('hex')}`;
}

function isAbsent(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
