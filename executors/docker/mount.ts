/** What a container sees of the machine: the attempt's own folders, and the mounts that the worker allows. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type ExecutionContext, TaskFailure } from '../../engine/ports/executor.ts';
import type { DockerOptions } from './options.ts';

/** Folders are mounted at their own paths, so that links among them, and paths in variables, mean the same inside. */
export async function bindsFor(
  options: DockerOptions,
  context: ExecutionContext,
  { scratch, roots }: { readonly scratch: string; readonly roots: readonly string[] },
): Promise<string[]> {
  const { directory, sourceDirectory } = context;
  const own = [`${directory}:${directory}`, `${scratch}:${scratch}`];
  const source = sourceDirectory === undefined ? [] : [`${sourceDirectory}:${sourceDirectory}:ro`];
  const asked = await Promise.all(options.mounts.map((mount) => bindOf(mount, sourceDirectory, roots)));
  return [...own, ...source, ...asked];
}

async function bindOf(
  { source, target, read_only: isReadOnly }: DockerOptions['mounts'][number],
  folder: string | undefined,
  roots: readonly string[],
): Promise<string> {
  const isOwn = !isAbsolute(source);
  if (isOwn && folder === undefined)
    throw refuse(source, 'is a path from the workflow’s folder, but the run was started without one');
  const path = await realpath(resolve(folder ?? '/', source)).catch(() => undefined);
  if (path === undefined) throw refuse(source, 'does not exist on the worker');
  const allowed = isOwn ? [folder ?? ''] : roots;
  const real = await Promise.all(allowed.map((root) => realpath(root).catch(() => undefined)));
  if (!real.some((root) => root !== undefined && isWithin(root, path))) {
    const why = isOwn
      ? 'leads out of the workflow’s folder'
      : `is not below a folder that this worker allows (${roots.join(', ') || 'none'}; SLUICE_DOCKER_MOUNTS names them)`;
    throw refuse(source, why);
  }
  if (isOwn && !isReadOnly) throw refuse(source, 'is in the workflow’s folder, which is read-only');
  if (path.includes(':') || target.includes(':')) throw refuse(source, 'or its target holds a colon');
  return `${path}:${target}:${isReadOnly ? 'ro' : 'rw'}`;
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function refuse(source: string, why: string): TaskFailure {
  return new TaskFailure('invalid_options', `The mount \`${source}\` ${why}.`);
}
