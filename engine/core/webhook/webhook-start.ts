/** A request to a webhook → the run that it starts: what `trigger` says in it, and its inputs. Pure. */
import { EvaluationError, evaluate, parseExpression } from '../expression/index.ts';
import type { JsonObject } from '../json.ts';
import type { Plan, PlanTrigger } from '../plan.ts';
import type { RunHeader } from '../run-header.ts';
import { triggerBody, triggerInputs, triggerScope } from '../trigger-inputs.ts';

export type WebhookTrigger = Extract<PlanTrigger, { kind: 'webhook' }>;

/** Headers that prove who calls, or say how the request came: nothing of these becomes part of a run. */
const LEFT_OUT =
  /^(authorization|cookie|proxy-.*|.*signature.*|x-forwarded-.*|forwarded|host|connection|content-length)$/;
/** Characters of all headers that a run keeps. */
const MAX_HEADERS = 8_192;

export interface WebhookRequest {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** Unique to the delivery, and the same when it comes again. */
  readonly delivery: string;
}

export interface WebhookStart {
  /** One delivery is one run of the workflow, however often it comes. */
  readonly idempotencyKey: string;
  readonly trigger: RunHeader['trigger'];
  readonly inputs: JsonObject;
}

export function webhookStart(
  plan: Plan,
  { path, id, inputs: templates }: WebhookTrigger,
  request: WebhookRequest,
): WebhookStart | { readonly problem: string } {
  const text = textOf(request.body);
  if (text === undefined) return { problem: 'the body is no UTF-8 text' };
  const body = triggerBody(text === '' ? null : text);
  const trigger = { type: 'webhook', path, headers: keptHeaders(request.headers), body };
  const own = id === undefined ? { delivery: request.delivery } : ownDelivery(id, trigger);
  if ('problem' in own) return own;
  const resolved = triggerInputs(plan, templates, trigger);
  if ('problem' in resolved) return resolved;
  return { idempotencyKey: `webhook:${path}:${own.delivery}`, trigger, inputs: resolved.inputs };
}

function ownDelivery(
  id: string,
  trigger: RunHeader['trigger'],
): { readonly delivery: string } | { readonly problem: string } {
  try {
    const value = evaluate(parseExpression(id), triggerScope(trigger));
    if ((typeof value === 'string' && value !== '') || typeof value === 'number')
      return { delivery: `own:${value}` };
    return { problem: `\`id: ${id}\` must give a text or a number, and it gave neither` };
  } catch (thrown) {
    if (!(thrown instanceof EvaluationError)) throw thrown;
    return { problem: `\`id: ${id}\`: ${thrown.message}` };
  }
}

function keptHeaders(headers: ReadonlyMap<string, string>): { [name: string]: string } {
  let left = MAX_HEADERS;
  const kept = [...headers].filter(([name, value]) => {
    if (LEFT_OUT.test(name) || name.length + value.length > left) return false;
    left -= name.length + value.length;
    return true;
  });
  return Object.fromEntries(kept);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
