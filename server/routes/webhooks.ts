/**
 * Requests of other systems that start runs. Nothing is read beyond the limit, nothing is believed before the signature fits, and what fits
 * starts one run for each delivery. Several workflows may listen at one path; each checks with its own secret.
 */
import type { Context } from 'hono';
import { messageOf, SluiceError } from '../../engine/core/errors.ts';
import { MAX_TRIGGER_BYTES } from '../../engine/core/trigger-inputs.ts';
import { checkSignature, type SignedRequest } from '../../engine/core/webhook/signature.ts';
import { webhookStart } from '../../engine/core/webhook/webhook-start.ts';
import { whileActing } from '../../engine/runtime/client/acting.ts';
import type { Webhook } from '../../engine/runtime/client/webhooks.ts';
import { receiveWebhook } from '../operations/webhooks.ts';
import type { ServerEnv, ServerParts } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { readBody } from '../request-body.ts';
import type { Route } from '../route.ts';
import { peerOf } from '../security/peer.ts';

export const webhookRoutes: readonly Route[] = [{ ...receiveWebhook, answer }];

interface StartedRun {
  readonly run: string;
  readonly workflow: string;
  readonly created: boolean;
}

async function answer(context: Context<ServerEnv>, parts: ServerParts): Promise<Response> {
  const params = receiveWebhook.params.safeParse(context.req.param());
  if (!params.success) throw noWebhook();
  const { namespace, hook } = params.data;
  const hooks = await parts.webhooks.find(namespace, hook);
  if (hooks.length === 0) throw noWebhook();
  const body = await readBody(context.req.raw, MAX_TRIGGER_BYTES);
  const request = { headers: new Map(context.req.raw.headers), body };
  const accepted = await acceptedBy(hooks, request, parts);
  if (isPing(hooks, request)) return respond([]);
  const who = { kind: 'webhook' as const, name: `${namespace}/${hook}`, address: peerOf(context) };
  const runs: StartedRun[] = [];
  for (const one of accepted)
    runs.push(
      await whileActing({ who, request: context.get('requestId') }, () => start(one, request, parts)),
    );
  return respond(runs);
}

interface Accepted {
  readonly hook: Webhook;
  readonly delivery: string;
}

/** @throws RequestFailure unauthenticated when it fits none of them */
async function acceptedBy(
  hooks: readonly Webhook[],
  request: SignedRequest,
  parts: ServerParts,
): Promise<readonly Accepted[]> {
  const accepted: Accepted[] = [];
  const problems: string[] = [];
  for (const hook of hooks) {
    const verdict = await verdictOf(hook, request, parts);
    if (verdict.ok) accepted.push({ hook, delivery: verdict.delivery });
    else problems.push(verdict.problem);
  }
  if (accepted.length > 0) return accepted;
  throw new RequestFailure('unauthenticated', `The request starts nothing: ${problems.join('; ')}.`, {
    headers: { 'www-authenticate': 'Signature' },
  });
}

async function verdictOf({ namespace, trigger }: Webhook, request: SignedRequest, parts: ServerParts) {
  if (trigger.secret === undefined) return { ok: true as const, delivery: unsignedDelivery(request, parts) };
  const secret = await readSecret(namespace, trigger.secret, parts);
  return checkSignature(trigger.scheme, request, { secret, now: parts.clock.now() });
}

/** Nobody proves anything here, so the sender's id is taken as it is. */
function unsignedDelivery({ headers }: SignedRequest, { newRequestId }: ServerParts): string {
  return `unsigned:${headers.get('webhook-id') ?? headers.get('x-github-delivery') ?? newRequestId()}`;
}

/** What is wrong with a secret is for the operator, not for whoever sent the request. @throws SluiceError redis_refused */
async function readSecret(
  namespace: string,
  name: string,
  { secretValues, logger }: ServerParts,
): Promise<string> {
  let problem = 'the secret is not there';
  try {
    const value = await secretValues.read(namespace, name);
    if (value !== undefined && value.trim() !== '') return value.trim();
  } catch (thrown) {
    problem = messageOf(thrown);
  }
  logger.error('a webhook cannot check signatures', { namespace, secret: name, problem });
  throw new SluiceError(
    'closed',
    'This webhook cannot check signatures at the moment; the log of the server says why.',
  );
}

async function start(
  { hook, delivery }: Accepted,
  request: SignedRequest,
  parts: ServerParts,
): Promise<StartedRun> {
  const { namespace, workflow, trigger } = hook;
  const found = await parts.definitions.find(namespace, workflow);
  if (!found) throw noWebhook();
  const { plan, linked, version } = found;
  const wanted = webhookStart(plan, trigger, { ...request, delivery });
  if ('problem' in wanted)
    throw new SluiceError('invalid_payload', `The request starts no run of ${workflow}: ${wanted.problem}.`);
  const source = version.source === undefined ? {} : { source: version.source };
  return { ...(await parts.client.start(plan, { ...wanted, linked, ...source })), workflow };
}

/** What GitHub sends when a webhook is set up. */
function isPing(hooks: readonly Webhook[], { headers }: SignedRequest): boolean {
  return (
    headers.get('x-github-event') === 'ping' && hooks.every(({ trigger }) => trigger.scheme === 'github')
  );
}

function respond(runs: readonly StartedRun[]): Response {
  const body = { format: 1, runs: runs.map(({ run, workflow, created }) => ({ run, workflow, created })) };
  return new Response(JSON.stringify(body), {
    status: runs.length === 0 ? 200 : 202,
    headers: { 'content-type': 'application/json' },
  });
}

function noWebhook(): RequestFailure {
  return new RequestFailure('not_found', 'No applied workflow has a webhook at this path.');
}
