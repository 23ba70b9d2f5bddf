/** One entry of `triggers` → the plan's. Which keys it has was checked before. */
import { bareExpression } from '../engine/core/expression/index.ts';
import type { PlanTrigger } from '../engine/core/plan.ts';
import { milliseconds, present } from './compile-task.ts';
import { oneOrMany } from './schema/limit.ts';
import type { TriggerSource } from './schema/trigger.ts';
import { secretName } from './secret-name.ts';
import { parseTime } from './time-text.ts';

interface Owner {
  readonly namespace: string;
  readonly name: string;
}

type Ends = Extract<PlanTrigger, { kind: 'after' }>['on'];
const ALL_ENDS: Ends = ['success', 'failure', 'cancelled'];

export function compileTrigger(source: TriggerSource, owner: Owner): PlanTrigger {
  const { inputs = {}, catchup = 'none', overlap = 'allow' } = source;
  const { cron, every, at, after, webhook, kafka } = source;
  if (cron !== undefined)
    return { kind: 'cron', cron, timezone: source.timezone ?? 'UTC', catchup, overlap, inputs };
  if (every !== undefined)
    return { kind: 'every', everyMs: milliseconds(every) ?? 0, catchup, overlap, inputs };
  if (at !== undefined) return { kind: 'at', atMs: parseTime(at) ?? 0, inputs };
  if (after !== undefined) return compileAfter(after, owner);
  if (webhook !== undefined) return compileWebhook(webhook);
  return compileKafka(kafka ?? { topic: '' }, owner);
}

function compileAfter(after: NonNullable<TriggerSource['after']>, owner: Owner): PlanTrigger {
  const { namespace, workflow } = splitName(after.workflow, owner.namespace);
  const ends = oneOrMany(after.on ?? 'success');
  const on = ends.includes('done') ? ALL_ENDS : (ends as Ends);
  const windowMs = milliseconds(after.window);
  return {
    kind: 'after',
    namespace,
    workflow,
    on,
    ...present('windowMs', windowMs),
    inputs: after.inputs ?? {},
  };
}

/** `NAME` or `NAMESPACE/NAME`. */
export function splitName(named: string, namespace: string): { namespace: string; workflow: string } {
  const [first = '', second] = named.split('/');
  return second === undefined ? { namespace, workflow: first } : { namespace: first, workflow: second };
}

function compileWebhook(webhook: NonNullable<TriggerSource['webhook']>): PlanTrigger {
  const { path, scheme = 'standard', id, inputs = {} } = webhook;
  const secret = secretName(webhook.secret);
  return {
    kind: 'webhook',
    path: path.replace(/^\/+/, ''),
    ...present('secret', secret),
    scheme,
    ...present('id', id === undefined ? undefined : bareExpression(id)),
    inputs,
  };
}

function compileKafka(kafka: NonNullable<TriggerSource['kafka']>, owner: Owner): PlanTrigger {
  const { topic, group = `sluice-${owner.namespace}-${owner.name}`, from = 'latest', inputs = {} } = kafka;
  return { kind: 'kafka', brokers: oneOrMany(kafka.brokers), topic, group, from, inputs };
}
