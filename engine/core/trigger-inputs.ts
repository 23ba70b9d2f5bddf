/** Inputs of a run that something outside has started: the trigger's templates, resolved with what it brought. Pure. */
import { EvaluationError, resolveTemplate, type Scope, type ScopeValue } from './expression/index.ts';
import { resolveInputs } from './inputs.ts';
import type { Json, JsonObject, Template } from './json.ts';
import type { Plan } from './plan.ts';
import type { RunHeader } from './run-header.ts';

/** Bytes of what a message or request brings: it becomes a part of the run's header. */
export const MAX_TRIGGER_BYTES = 256 * 1_024;

export function triggerInputs(
  plan: Plan,
  templates: { readonly [name: string]: Template },
  trigger: RunHeader['trigger'],
): { readonly inputs: JsonObject } | { readonly problem: string } {
  const given: [name: string, value: Json][] = [];
  const scope = triggerScope(trigger);
  for (const [name, template] of Object.entries(templates)) {
    try {
      given.push([name, resolveTemplate(template, scope)]);
    } catch (thrown) {
      if (!(thrown instanceof EvaluationError)) throw thrown;
      return { problem: `input ${name}: ${thrown.message}` };
    }
  }
  const resolved = resolveInputs(plan.inputs, Object.fromEntries(given));
  if ('inputs' in resolved) return resolved;
  return { problem: resolved.problems.map(({ path, message }) => `input ${path} ${message}`).join('; ') };
}

/** JSON where it is JSON, else the text. */
export function triggerBody(value: string | null): Json {
  if (value === null) return null;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

export function triggerScope(trigger: RunHeader['trigger']): Scope {
  const contexts = new Map<string, ScopeValue>([['trigger', trigger]]);
  return { now: 0, get: (name) => contexts.get(name), keys: () => contexts.keys() };
}
