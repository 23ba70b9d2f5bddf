/**
 * Workspaces on this machine: a private temporary folder per attempt, `files` fetched into it, the workflow's own folder
 * beside it, and afterwards the declared artifacts kept. Paths come from authors and are checked before they touch the disk.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import type { ArtifactRef, SourceRef, Ticket } from '../../core/ticket.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { TaskFailure } from '../../ports/executor.ts';
import type { Logger } from '../../ports/logger.ts';
import type { OpenWorkspace, Workspace } from '../../ports/workspace.ts';
import { isOutage } from '../retry-call.ts';
import { removeReadOnly, SourceCache } from '../source/source-cache.ts';
import { artifactKey } from './artifact-key.ts';
import { isWithin, plainRelativePath } from './relative-path.ts';

export interface LocalWorkspaceOptions {
  /** Folder for the attempts' folders; made, 0700, when it is not there. */
  readonly root: string;
  /** Folder for unpacked source bundles; several workers may share it. */
  readonly cacheDirectory: string;
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
}

export function createLocalWorkspace(options: LocalWorkspaceOptions): Workspace {
  const cache = new SourceCache(options.cacheDirectory, options.artifacts);
  return {
    async open(ticket, signal) {
      const sourceDirectory = await openSource(cache, ticket.source);
      const directory = await makeDirectory(options.root);
      try {
        await fetchFiles(options.artifacts, ticket, directory, signal);
      } catch (error) {
        await removeDirectory(options.logger, directory);
        throw error;
      }
      return makeOpenWorkspace(options, ticket, { directory, sourceDirectory });
    },
  };
}

function makeOpenWorkspace(
  options: LocalWorkspaceOptions,
  ticket: Ticket,
  place: Pick<OpenWorkspace, 'directory' | 'sourceDirectory'>,
): OpenWorkspace {
  return {
    ...place,
    async collect(artifacts) {
      const kept: [string, ArtifactRef][] = [];
      for (const [name, path] of Object.entries(artifacts)) {
        const bytes = await readArtifact(place.directory, {
          name,
          path,
          maxBytes: options.artifacts.maxBytes,
        });
        kept.push([name, await keep(options.artifacts, ticket, { name, path, bytes })]);
      }
      return Object.fromEntries(kept);
    },
    dispose: () => removeDirectory(options.logger, place.directory),
  };
}

async function openSource(cache: SourceCache, source: SourceRef | undefined): Promise<string | undefined> {
  if (source === undefined) return undefined;
  try {
    if ('bundle' in source) return await cache.open(source.run, source.bundle);
    if ((await stat(source.directory)).isDirectory()) return source.directory;
    throw new Error(`${source.directory} is not a folder`);
  } catch (error) {
    if (isOutage(error)) throw error;
    throw new TaskFailure(
      'source_unavailable',
      `The workflow's own folder is not available: ${messageOf(error)}`,
    );
  }
}

async function makeDirectory(root: string): Promise<string> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    return await realpath(await mkdtemp(join(root, 'attempt-')));
  } catch (error) {
    const why = messageOf(error);
    throw new TaskFailure(
      'workspace_failed',
      `No working directory could be made in ${root}: ${why}. Check space and permissions.`,
    );
  }
}

async function fetchFiles(
  artifacts: ArtifactStore,
  ticket: Ticket,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  for (const [path, ref] of Object.entries(ticket.files ?? {})) {
    signal.throwIfAborted();
    await fetchFile(artifacts, { path, ref, directory });
  }
}

interface FileToFetch {
  readonly path: string;
  readonly ref: ArtifactRef;
  readonly directory: string;
}

async function fetchFile(artifacts: ArtifactStore, { path, ref, directory }: FileToFetch): Promise<void> {
  const plain = plainRelativePath(path);
  if (plain === undefined) {
    throw new TaskFailure(
      'workspace_failed',
      `files: ${JSON.stringify(path)} must be a relative path without "..".`,
    );
  }
  const bytes = await artifacts.get(ref.run, ref.artifact);
  if (bytes === undefined) {
    throw new TaskFailure(
      'workspace_failed',
      `files: ${path} cannot be fetched: artifact "${ref.name}" of run ${ref.run} is not in the store any more.`,
    );
  }
  if (hashOf(bytes) !== ref.sha256) {
    throw new TaskFailure(
      'workspace_failed',
      `files: ${path} cannot be used: artifact "${ref.name}" of run ${ref.run} is damaged in the store.`,
    );
  }
  try {
    await mkdir(dirname(join(directory, plain)), { recursive: true });
    await writeFile(join(directory, plain), bytes, { flag: 'wx' });
  } catch (error) {
    throw new TaskFailure('workspace_failed', `files: ${path} cannot be written: ${messageOf(error)}`);
  }
}

interface ArtifactToRead {
  readonly name: string;
  readonly path: string;
  readonly maxBytes: number;
}

/** The file's content. Links are followed only as far as the directory: what lies outside is not the task's to give away. */
async function readArtifact(directory: string, { name, path, maxBytes }: ArtifactToRead): Promise<Buffer> {
  const plain = plainRelativePath(path);
  if (plain === undefined) throw missing(name, path, 'must be a relative path without ".."');
  const real = await realpath(join(directory, plain)).catch(() => undefined);
  if (real === undefined) throw missing(name, path, 'was not there when the task ended');
  if (!isWithin(directory, real)) throw missing(name, path, 'leads out of the working directory');
  // Without O_NONBLOCK, opening a pipe would wait for its other end.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error) => {
      throw missing(name, path, `cannot be read (${messageOf(error)})`);
    },
  );
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw missing(name, path, 'is not a file');
    if (stats.size > maxBytes) throw tooLarge(name, path, { bytes: stats.size, maxBytes });
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function keep(
  artifacts: ArtifactStore,
  ticket: Ticket,
  { name, path, bytes }: { readonly name: string; readonly path: string; readonly bytes: Buffer },
): Promise<ArtifactRef> {
  const sha256 = hashOf(bytes);
  const key = artifactKey(ticket, basename(path), sha256);
  await artifacts.put(ticket.run, key, bytes);
  return { artifact: key, run: ticket.run, name, bytes: bytes.length, sha256 };
}

async function removeDirectory(logger: Logger, directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch {
    // A task may have made folders in it that even their owner cannot empty.
    await removeReadOnly(directory).catch((error) => {
      logger.warn('a working directory could not be removed', { directory, error: messageOf(error) });
    });
  }
}

function missing(name: string, path: string, why: string): TaskFailure {
  return new TaskFailure('missing_artifact', `Artifact "${name}": ${JSON.stringify(path)} ${why}.`);
}

function tooLarge(
  name: string,
  path: string,
  size: { readonly bytes: number; readonly maxBytes: number },
): TaskFailure {
  return new TaskFailure(
    'output_too_large',
    `Artifact "${name}": ${JSON.stringify(path)} has ${size.bytes} bytes; the artifact store takes ${size.maxBytes}.`,
  );
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
