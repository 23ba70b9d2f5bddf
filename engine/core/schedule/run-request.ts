/** The runs that schedules start: their ids, their inputs, their headers. */
import { createHash } from 'node:crypto';
import { EvaluationError, resolveTemplate, type Scope, type ScopeValue } from '../expression/index.ts';
import { resolveInputs } from '../inputs.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import type { RunRequest } from '../post.ts';
import type { RunHeader } from '../run-header.ts';
import { derivedRunId } from '../run-id.ts';
import type { ScheduleSpec } from './document.ts';

/** One start of a schedule. */
export interface ScheduledStart {
  readonly id: string;
  readonly trigger: RunHeader['trigger'];
  /** Who is told when it has ended. */
  readonly tell: readonly string[];
}

export type ScheduledRequest = { readonly header: RunRequest } | { readonly problem: string };

/** One schedule and logical time is one run, whoever starts it, and however often. */
export function scheduledRunId(address: string, tick: number, again?: string): string {
  const time = new Date(tick).toISOString();
  return again === undefined
    ? derivedRunId('schedule', address, time)
    : derivedRunId('schedule', address, time, again);
}

export function runRequest(spec: ScheduleSpec, { id, trigger, tell }: ScheduledStart): ScheduledRequest {
  const resolved = scheduledInputs(spec, id, trigger);
  if ('problem' in resolved) return resolved;
  const { namespace, workflow, plan, labels, priority, source, pins, sources } = spec;
  const { inputs } = resolved;
  const header: RunRequest = {
    format: 1,
    id,
    namespace,
    workflow,
    plan,
    inputs,
    labels,
    priority,
    trigger,
    ...(source === undefined ? {} : { source }),
    ...(pins === undefined ? {} : { pins }),
    ...(sources === undefined ? {} : { sources }),
    ...(tell.length === 0 ? {} : { tell }),
    status: 'queued',
    seq: 0,
    nodes: 0,
    fingerprint: fingerprintOf(namespace, workflow, inputs),
  };
  return { header };
}

/** The inputs that a trigger gives, checked against the workflow's declaration. */
export function scheduledInputs(
  spec: Pick<ScheduleSpec, 'inputs' | 'trigger' | 'namespace' | 'workflow'>,
  id: string,
  trigger: RunHeader['trigger'],
): { readonly inputs: JsonObject } | { readonly problem: string } {
  const given: [name: string, value: Json][] = [];
  const scope = triggerScope(spec, id, trigger);
  for (const [name, template] of Object.entries(spec.trigger.inputs)) {
    try {
      given.push([name, resolveTemplate(template, scope)]);
    } catch (thrown) {
      if (!(thrown instanceof EvaluationError)) throw thrown;
      return { problem: `input ${name}: ${thrown.message}` };
    }
  }
  const resolved = resolveInputs(spec.inputs, Object.fromEntries(given));
  if ('inputs' in resolved) return resolved;
  return { problem: resolved.problems.map(({ path, message }) => `input ${path} ${message}`).join('; ') };
}

/** What a trigger's inputs see: `trigger` and what is known of the run. */
function triggerScope(
  spec: Pick<ScheduleSpec, 'namespace' | 'workflow'>,
  id: string,
  trigger: RunHeader['trigger'],
): Scope {
  const logicalTime = trigger['logical_time'] ?? null;
  const run: ScopeValue = {
    id,
    workflow: spec.workflow,
    namespace: spec.namespace,
    logical_time: logicalTime,
    interval: trigger['interval'] ?? null,
  };
  const now = typeof logicalTime === 'string' ? Date.parse(logicalTime) : 0;
  const contexts = new Map<string, ScopeValue>([
    ['run', run],
    ['trigger', trigger],
  ]);
  return { now, get: (name) => contexts.get(name), keys: () => contexts.keys() };
}

function fingerprintOf(namespace: string, workflow: string, inputs: JsonObject): string {
  return createHash('sha256')
    .update(canonicalJson([namespace, workflow, inputs]))
    .digest('hex')
    .slice(0, 32);
}
