/** The outputs of a run, from the workflow's `outputs`. */
import { resolveTemplate } from '../../expression/index.ts';
import type { Json } from '../../json.ts';
import { tooLargeMessage } from '../../output-size.ts';
import { preparing } from '../../prepare.ts';
import type { RunError } from '../../run-header.ts';
import type { RunState } from '../../run-state.ts';
import { runScope } from '../../scope.ts';

/** Every declared output; null where it cannot be resolved or takes all together over `maxBytes`, with the first reason. */
export function evaluateOutputs(
  run: RunState,
  now: number,
  maxBytes: number,
): { values: { [name: string]: Json }; error?: RunError } {
  const values: [name: string, value: Json][] = [];
  let error: RunError | undefined;
  let bytes = 0;
  for (const [name, template] of Object.entries(run.plan.outputs)) {
    const resolved = preparing(() => resolveTemplate(template, runScope(run, now)));
    const value = 'value' in resolved ? resolved.value : null;
    const size = Buffer.byteLength(JSON.stringify([name, value]));
    const fits = bytes + size <= maxBytes;
    values.push([name, fits ? value : null]);
    if (fits) bytes += size;
    else error ??= { code: 'output_too_large', message: tooLarge(name, bytes + size, maxBytes) };
    if ('error' in resolved)
      error ??= { code: resolved.error.code, message: `output ${name}: ${resolved.error.message}` };
  }
  return { values: Object.fromEntries(values), ...(error ? { error } : {}) };
}

function tooLarge(name: string, bytes: number, maxBytes: number): string {
  return `output ${name}: ${tooLargeMessage('the run up to this one', bytes, maxBytes)}`;
}
