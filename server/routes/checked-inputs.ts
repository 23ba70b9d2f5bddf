/** Inputs of a request against the declaration of the workflow. */
import { SluiceError } from '../../engine/core/errors.ts';
import { resolveInputs, type ValueProblem } from '../../engine/core/inputs.ts';
import type { Json, JsonObject } from '../../engine/core/json.ts';
import type { Plan } from '../../engine/core/plan.ts';

/** All inputs, with defaults. @throws SluiceError invalid_input, with a pointer for each that does not fit */
export function checkedInputs(plan: Plan, given: { readonly [name: string]: Json }): JsonObject {
  const resolved = resolveInputs(plan.inputs, given);
  if ('inputs' in resolved) return resolved.inputs;
  const errors = resolved.problems.map((problem) => ({
    pointer: pointerOf('/body/inputs', problem),
    detail: `${problem.path} ${problem.message}`,
  }));
  const sentences = errors.map(({ detail }) => detail).join('; ');
  throw new SluiceError('invalid_input', `The inputs do not fit the workflow ${plan.name}: ${sentences}.`, {
    details: { errors },
  });
}

/** `rows[3].name` below the place: `/body/inputs/rows/3/name`. */
function pointerOf(place: string, { path }: ValueProblem): string {
  const parts = path.split(/[.[\]]/).filter((part) => part !== '');
  return [place, ...parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}
