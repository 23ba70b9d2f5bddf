/**
 * Makes the workflow's own files visible in an attempt's working directory: one symbolic link per top-level entry of
 * the source folder. So `./summarize.sh` and `node download.mjs` work, Node and Python still find what lies beside the
 * real file, and new files stay private to the attempt. Names that the task itself makes or fetches are left free.
 */
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../engine/core/errors.ts';
import { type ExecutionContext, TaskFailure } from '../engine/ports/executor.ts';

/** A program hardly means these, and a write through the link would harm. */
const NEVER_LINKED: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', '.sluice']);
const MAX_LINKS = 1_000;

/** @throws TaskFailure `source_unavailable` when the folder cannot be read. */
export async function linkSource(context: ExecutionContext): Promise<void> {
  const { sourceDirectory: source } = context;
  if (source === undefined) return;
  const taken = ownNames(context);
  const names = (await entriesOf(source)).filter((name) => !NEVER_LINKED.has(name) && !taken.has(name));
  if (names.length > MAX_LINKS) {
    const text = `The workflow's folder has ${names.length} entries; only the first ${MAX_LINKS} are linked into the working directory. Use $SLUICE_SOURCE for the others.`;
    context.log.line('system', text);
  }
  for (const name of names.slice(0, MAX_LINKS)) await link(join(source, name), join(context.directory, name));
}

/** First path components of what the task keeps as artifacts: it must write them itself, not through a link. */
function ownNames(context: ExecutionContext): ReadonlySet<string> {
  const paths = Object.values(context.artifacts ?? {});
  return new Set(paths.map((path) => path.split('/').find((part) => part !== '' && part !== '.') ?? ''));
}

async function entriesOf(source: string): Promise<string[]> {
  try {
    return (await readdir(source)).sort();
  } catch (error) {
    throw new TaskFailure('source_unavailable', `The workflow's folder cannot be read: ${messageOf(error)}.`);
  }
}

async function link(target: string, path: string): Promise<void> {
  try {
    await symlink(target, path);
  } catch (error) {
    // Fetched by `files`: the task's own file wins.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
