/** The outputs that a process left in its file `$SLUICE_OUTPUT`. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { JsonObject } from '../engine/core/json.ts';
import { MAX_OUTPUT_BYTES, tooLargeMessage } from '../engine/core/output-size.ts';
import { type ExecutionContext, TaskFailure } from '../engine/ports/executor.ts';
import { OutputSyntaxError, parseOutputFile } from './shell/output-file.ts';

/** @throws TaskFailure `invalid_output`, `output_too_large` */
export async function readOutputs(path: string, context: ExecutionContext): Promise<JsonObject> {
  const bytes = await readOutputFile(path);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return parseOutputFile(text, context.declaredOutputs);
  } catch (error) {
    if (error instanceof OutputSyntaxError) throw new TaskFailure('invalid_output', error.message);
    throw new TaskFailure('invalid_output', 'The file $SLUICE_OUTPUT is not UTF-8 text.');
  }
}

/** A task may have replaced the file: a link or a device is not followed, and a missing file means no outputs. */
async function readOutputFile(path: string): Promise<Buffer> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw notRegular();
  });
  if (file === undefined) return Buffer.alloc(0);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw notRegular();
    if (stat.size > MAX_OUTPUT_BYTES) throw tooLarge(stat.size);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function tooLarge(bytes: number): TaskFailure {
  const text = tooLargeMessage('the file $SLUICE_OUTPUT', bytes, MAX_OUTPUT_BYTES);
  return new TaskFailure('output_too_large', text);
}

function notRegular(): TaskFailure {
  return new TaskFailure(
    'invalid_output',
    '$SLUICE_OUTPUT is no longer a regular file; append to it with `>>`.',
  );
}
