/** A message of a topic → the run that it starts: what `trigger` says in it, and its inputs. Pure. */
import type { JsonObject } from './json.ts';
import type { Plan, PlanTrigger } from './plan.ts';
import type { RunHeader } from './run-header.ts';
import { MAX_TRIGGER_BYTES, triggerBody, triggerInputs } from './trigger-inputs.ts';

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

export function messageStart(
  plan: Plan,
  { group, inputs: templates }: KafkaTrigger,
  message: StartingMessage,
): MessageStart | { readonly problem: string } {
  const { topic, partition, offset, key, value, headers } = message;
  const bytes = Buffer.byteLength(value ?? '');
  if (bytes > MAX_TRIGGER_BYTES)
    return { problem: `it has ${bytes} bytes; at most ${MAX_TRIGGER_BYTES} start a run` };
  const trigger = { type: 'kafka', topic, partition, offset, key, headers, body: triggerBody(value) };
  const resolved = triggerInputs(plan, templates, trigger);
  if ('problem' in resolved) return resolved;
  const idempotencyKey = `kafka:${group}:${topic}:${partition}:${offset}`;
  return { idempotencyKey, trigger, inputs: resolved.inputs };
}
