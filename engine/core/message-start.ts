/** A message of a topic → the run that it starts: what `trigger` says in it, and its inputs. Pure. */
import { EvaluationError, resolveTemplate, type Scope, type ScopeValue } from './expression/index.ts';
import { resolveInputs } from './inputs.ts';
import type { Json, JsonObject } from './json.ts';
import type { Plan, PlanTrigger } from './plan.ts';
import type { RunHeader } from './run-header.ts';

export type KafkaTrigger = Extract<PlanTrigger, { kind: 'kafka' }>;

/** A message as it came from a topic. */
export interface StartingMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: { readonly [name: string]: string };
}

export interface MessageStart {
  /** One message is one run of the workflow, however often it is delivered. */
  readonly idempotencyKey: string;
  readonly trigger: RunHeader['trigger'];
  readonly inputs: JsonObject;
}

/** Bytes of a message's value: it becomes a part of the run's header. */
const MAX_BYTES = 256 * 1_024;

export function messageStart(
  plan: Plan,
  { group, inputs: templates }: KafkaTrigger,
  message: StartingMessage,
): MessageStart | { readonly problem: string } {
  const { topic, partition, offset, key, value, headers } = message;
  const bytes = Buffer.byteLength(value ?? '');
  if (bytes > MAX_BYTES) return { problem: `it has ${bytes} bytes; at most ${MAX_BYTES} start a run` };
  const trigger = { type: 'kafka', topic, partition, offset, key, headers, body: bodyOf(value) };
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
  if ('problems' in resolved)
    return {
      problem: resolved.problems.map(({ path, message: text }) => `input ${path} ${text}`).join('; '),
    };
  const idempotencyKey = `kafka:${group}:${topic}:${partition}:${offset}`;
  return { idempotencyKey, trigger, inputs: resolved.inputs };
}

/** JSON where it is JSON, else the text. */
function bodyOf(value: string | null): Json {
  if (value === null) return null;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

function triggerScope(trigger: RunHeader['trigger']): Scope {
  const contexts = new Map<string, ScopeValue>([['trigger', trigger]]);
  return { now: 0, get: (name) => contexts.get(name), keys: () => contexts.keys() };
}
