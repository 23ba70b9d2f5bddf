/** Inputs of a run as a program gives them. */
import { SluiceError } from '../engine/core/errors.ts';
import { resolveInputs } from '../engine/core/inputs.ts';
import type { Json, JsonObject } from '../engine/core/json.ts';
import type { Plan } from '../engine/core/plan.ts';

/** With defaults in place. @throws SluiceError invalid_input with all problems */
export function checkInputs(plan: Plan, given: JsonObject): JsonObject {
  const resolved = resolveInputs(plan.inputs, given);
  if ('inputs' in resolved) return resolved.inputs;
  const problems = resolved.problems.map(({ path, message }) => `input ${path} ${message}`);
  throw new SluiceError(
    'invalid_input',
    `The inputs do not fit the workflow ${plan.name}: ${problems.join('; ')}.`,
    { details: resolved.problems as unknown as Json },
  );
}

/** The values of a former run, with others in their place. What the definition no longer has is left out. */
export function newInputs(plan: Plan, before: JsonObject, changes: JsonObject): JsonObject {
  const kept = Object.entries(before).filter(
    ([name, value]) => Object.hasOwn(plan.inputs, name) && value !== null,
  );
  return checkInputs(plan, { ...Object.fromEntries(kept), ...changes });
}
