/** The outputs of a run, from the workflow's `outputs`. */
import { resolveTemplate } from '../../expression/index.ts';
import type { Json } from '../../json.ts';
import { preparing } from '../../prepare.ts';
import type { RunError } from '../../run-header.ts';
import type { RunState } from '../../run-state.ts';
import { runScope } from '../../scope.ts';

/** Every declared output; null where it cannot be resolved, with the first reason. */
export function evaluateOutputs(
  run: RunState,
  now: number,
): { values: { [name: string]: Json }; error?: RunError } {
  const values: [name: string, value: Json][] = [];
  let error: RunError | undefined;
  for (const [name, template] of Object.entries(run.plan.outputs)) {
    const resolved = preparing(() => resolveTemplate(template, runScope(run, now)));
    values.push([name, 'value' in resolved ? resolved.value : null]);
    if ('error' in resolved)
      error ??= { code: resolved.error.code, message: `output ${name}: ${resolved.error.message}` };
  }
  return { values: Object.fromEntries(values), ...(error ? { error } : {}) };
}
