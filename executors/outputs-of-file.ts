/** The outputs that a process left in its file `$SLUICE_OUTPUT`. */
import type { JsonObject } from '../engine/core/json.ts';
import { MAX_OUTPUT_BYTES, tooLargeMessage } from '../engine/core/output-size.ts';
import { type ExecutionContext, TaskFailure } from '../engine/ports/executor.ts';
import { readFileOfProcess } from './file-of-process.ts';
import { OutputSyntaxError, parseOutputFile } from './shell/output-file.ts';

/** @throws TaskFailure `invalid_output`, `output_too_large` */
export async function readOutputs(path: string, context: ExecutionContext): Promise<JsonObject> {
  const bytes = await readFileOfProcess({
    path,
    variable: '$SLUICE_OUTPUT',
    maxBytes: MAX_OUTPUT_BYTES,
    tooLarge,
  });
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return parseOutputFile(text, context.declaredOutputs);
  } catch (error) {
    if (error instanceof OutputSyntaxError) throw new TaskFailure('invalid_output', error.message);
    throw new TaskFailure('invalid_output', 'The file $SLUICE_OUTPUT is not UTF-8 text.');
  }
}

function tooLarge(bytes: number): TaskFailure {
  const text = tooLargeMessage('the file $SLUICE_OUTPUT', bytes, MAX_OUTPUT_BYTES);
  return new TaskFailure('output_too_large', text);
}
