/** Files that people name on the command line: read when they are ordinary and not too large, else refused in a sentence. */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usageFailure } from './failure.ts';
import type { Host } from './host.ts';
import { explainSystemError } from './system-error.ts';

const MAX_BYTES = 1_000_000;

export interface WantedFile {
  readonly path: string;
  /** Begins the sentences: `The inputs file x.yaml`. */
  readonly subject: string;
  /** What to do when there is none. */
  readonly advice: string;
}

/** @throws CliFailure when it is not there, no regular file, larger than 1 MB, or may not be read. */
export function readTextFile(host: Host, { path, subject, advice }: WantedFile): string {
  const full = resolve(host.cwd, path);
  try {
    const state = statSync(full);
    // Devices and pipes may have no end.
    if (state.isDirectory())
      throw usageFailure(
        `${subject} is a folder; name a file in it, such as ${join(path, 'workflow.yaml')}.`,
      );
    if (!state.isFile()) throw usageFailure(`${subject} is not a regular file; name one.`);
    if (state.size > MAX_BYTES)
      throw usageFailure(`${subject} is larger than 1 MB, which is the most allowed.`);
    return readFileSync(full, 'utf8');
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw usageFailure(`There is no file ${path}. ${advice}`);
    const reason = explainSystemError(thrown);
    if (reason !== undefined) throw usageFailure(`${subject} cannot be read: ${reason}.`);
    throw thrown;
  }
}
