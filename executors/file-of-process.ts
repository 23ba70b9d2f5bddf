/** Reads what a process left in a file that it was given to append to. It may have put anything in its place. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { TaskFailure } from '../engine/ports/executor.ts';

export interface FileOfProcess {
  readonly path: string;
  /** The variable that names it to the process, such as `$SLUICE_OUTPUT`. */
  readonly variable: string;
  readonly maxBytes: number;
  tooLarge(bytes: number): TaskFailure;
}

/** A link or a device is not followed, and a missing file is an empty one. @throws TaskFailure */
export async function readFileOfProcess({
  path,
  variable,
  maxBytes,
  tooLarge,
}: FileOfProcess): Promise<Buffer> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw notRegular(variable);
  });
  if (file === undefined) return Buffer.alloc(0);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw notRegular(variable);
    if (stat.size > maxBytes) throw tooLarge(stat.size);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function notRegular(variable: string): TaskFailure {
  return new TaskFailure(
    'invalid_output',
    `${variable} is no longer a regular file; append to it with \`>>\`.`,
  );
}
