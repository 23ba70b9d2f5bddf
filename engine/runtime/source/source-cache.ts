/**
 * Unpacked source bundles on a worker's machine, one read-only folder per content. A folder appears under its name only when
 * it is complete; several processes may share the cache.
 */
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SluiceError } from '../../core/errors.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { isWithin } from '../files/relative-path.ts';
import { readArchive, type SourceTree } from './source-archive.ts';
import { fetchBundle } from './source-bundle.ts';

export class SourceCache {
  readonly #root: string;
  readonly #artifacts: ArtifactStore;
  readonly #unpacking = new Map<string, Promise<string>>();

  constructor(root: string, artifacts: ArtifactStore) {
    this.#root = root;
    this.#artifacts = artifacts;
  }

  /** The folder with the bundle's content. @throws SluiceError source_invalid, and what the artifact store throws. */
  async open(run: string, hash: string): Promise<string> {
    if (!/^[0-9a-f]{64}$/.test(hash))
      throw new SluiceError('source_invalid', `"${hash}" is not the hash of a source bundle.`);
    const folder = join(this.#root, hash);
    if (await isFolder(folder)) return folder;
    let unpacking = this.#unpacking.get(hash);
    if (unpacking === undefined) {
      unpacking = this.#unpack(run, hash, folder).finally(() => this.#unpacking.delete(hash));
      this.#unpacking.set(hash, unpacking);
    }
    return unpacking;
  }

  async #unpack(run: string, hash: string, folder: string): Promise<string> {
    const tree = readArchive(await fetchBundle(this.#artifacts, run, hash));
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    // Beside its final place: a read-only folder can be renamed only within the same parent.
    const draft = await mkdtemp(join(this.#root, '.draft-'));
    try {
      await writeTree(await realpath(draft), tree);
      await makeReadOnly(draft);
      await rename(draft, folder);
    } catch (error) {
      await removeReadOnly(draft);
      if (!(await isFolder(folder))) throw error;
    }
    return folder;
  }
}

/** Removes a folder of the cache: what is in a read-only folder can be removed only once it is writable. */
export async function removeReadOnly(folder: string): Promise<void> {
  await changeFolders(folder, 0o700).catch(() => {});
  await rm(folder, { recursive: true, force: true });
}

/** Links come last, so that no file is written through one; each must end inside. */
async function writeTree(root: string, tree: SourceTree): Promise<void> {
  for (const { path, bytes, isExecutable } of tree.files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes, { flag: 'wx' });
    await chmod(join(root, path), isExecutable ? 0o555 : 0o444);
  }
  for (const { path, target } of tree.links) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path));
  }
  for (const { path, target } of tree.links) {
    const end = await realpath(join(root, path)).catch(() => undefined);
    if (end !== undefined && !target.startsWith('/') && isWithin(root, end)) continue;
    throw new SluiceError(
      'source_invalid',
      `The source bundle holds a link that leads out of it: ${path}. It is not unpacked.`,
    );
  }
}

async function makeReadOnly(folder: string): Promise<void> {
  await changeFolders(folder, 0o555);
}

async function changeFolders(folder: string, mode: number): Promise<void> {
  if (mode & 0o200) await chmod(folder, mode);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await changeFolders(join(folder, entry.name), mode);
  }
  await chmod(folder, mode);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
