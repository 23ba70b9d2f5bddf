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
import { runFolders } from './run-folders.ts';

/** No space, or more than this user may have. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

export interface DirectoryArtifactStoreOptions {
  /** Largest artifact, bytes. Default 1 GiB. */
  readonly maxBytes?: number;
}

/**
 * @param root is made when the first artifact comes.
 * `put` throws SluiceError `artifacts_unreachable` while the disk is full, and leaves nothing behind.
 */
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
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeFile(part, bytes, { mode: 0o600, flag: 'wx' });
        await rename(part, path);
      } catch (thrown) {
        throw explain(thrown, home);
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
    holders: () => runFolders(home),
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

/** A disk without room is an outage: what was to be stored waits until there is some. */
function explain(thrown: unknown, home: string): unknown {
  if (!FULL.has(codeOf(thrown))) return thrown;
  const text = `There is no room on the disk of ${home}: free some space there. What is to be stored waits for it.`;
  return new SluiceError('artifacts_unreachable', text, { cause: thrown });
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}

function isAbsent(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
