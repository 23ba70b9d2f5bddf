/**
 * Whether a request was signed with one of the secrets, over its bytes as they came. Signatures are compared in constant time.
 * `standard` is Standard Webhooks, `github` what GitHub sends, `hmac` the same in neutral words with an optional time.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { PlanTrigger } from '../plan.ts';

export type WebhookScheme = Extract<PlanTrigger, { kind: 'webhook' }>['scheme'];

export interface SignedRequest {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export type SignatureVerdict =
  /** `delivery`: the same for the same delivery, and nobody without the secret can make another of it. */
  { readonly ok: true; readonly delivery: string } | { readonly ok: false; readonly problem: string };

/** A signed time may differ by so much from ours, s. */
const TOLERANCE_S = 5 * 60;

/** @param secret one value, or several during a rotation: on lines of their own, those of `standard` also apart by spaces */
export function checkSignature(
  scheme: WebhookScheme,
  request: SignedRequest,
  { secret, now }: { readonly secret: string; readonly now: number },
): SignatureVerdict {
  return SCHEMES[scheme](request, secret, Math.floor(now / 1_000));
}

const SCHEMES = { standard: checkStandard, github: checkGithub, hmac: checkHmac } satisfies Record<
  WebhookScheme,
  (request: SignedRequest, secret: string, nowS: number) => SignatureVerdict
>;

function checkStandard({ headers, body }: SignedRequest, secret: string, nowS: number): SignatureVerdict {
  const id = headers.get('webhook-id') ?? '';
  const time = headers.get('webhook-timestamp') ?? '';
  const given = (headers.get('webhook-signature') ?? '')
    .split(' ')
    .flatMap((one) => (one.startsWith('v1,') ? [Buffer.from(one.slice(3), 'base64')] : []));
  if (!/^[\x21-\x7e]{1,256}$/.test(id) || given.length === 0)
    return refuse('it lacks `webhook-id`, `webhook-timestamp` or a `v1` signature in `webhook-signature`');
  const stale = timeProblem(time, nowS);
  if (stale !== undefined) return refuse(stale);
  const keys = secret.split(/\s+/).map((one) => Buffer.from(one.replace(/^whsec_/, ''), 'base64'));
  return matches(keys, Buffer.concat([Buffer.from(`${id}.${time}.`), body]), given)
    ? { ok: true, delivery: `id:${id}` }
    : refuse('its signature does not fit');
}

function checkGithub({ headers, body }: SignedRequest, secret: string): SignatureVerdict {
  const given = hexSignature(headers.get('x-hub-signature-256'));
  if (given === undefined) return refuse('it lacks `x-hub-signature-256: sha256=…`');
  return matches(linesOf(secret), body, [given]) ? byContent(body) : refuse('its signature does not fit');
}

function checkHmac({ headers, body }: SignedRequest, secret: string, nowS: number): SignatureVerdict {
  const given = hexSignature(headers.get('x-signature-256'));
  if (given === undefined) return refuse('it lacks `x-signature-256: sha256=…`');
  const time = headers.get('x-signature-timestamp');
  const stale = time === undefined ? undefined : timeProblem(time, nowS);
  if (stale !== undefined) return refuse(stale);
  const content = time === undefined ? body : Buffer.concat([Buffer.from(`${time}.`), body]);
  return matches(linesOf(secret), content, [given])
    ? byContent(content)
    : refuse('its signature does not fit');
}

/** Ids in headers that are not signed can be changed by whoever has seen a request; what is signed cannot. */
function byContent(content: Uint8Array): SignatureVerdict {
  return { ok: true, delivery: `content:${createHash('sha256').update(content).digest('hex')}` };
}

/** All are compared, so that the time taken tells nothing. */
function matches(keys: readonly Uint8Array[], content: Uint8Array, given: readonly Uint8Array[]): boolean {
  const fits = keys
    .filter((key) => key.length > 0)
    .flatMap((key) => {
      const right = createHmac('sha256', key).update(content).digest();
      return given.slice(0, 10).map((one) => one.length === right.length && timingSafeEqual(one, right));
    });
  return fits.includes(true);
}

function timeProblem(text: string, nowS: number): string | undefined {
  if (!/^\d{1,12}$/.test(text)) return 'its time is no number of seconds';
  const apart = nowS - Number(text);
  if (Math.abs(apart) <= TOLERANCE_S) return undefined;
  return apart > 0 ? 'it was signed more than five minutes ago' : 'it was signed in the future';
}

function hexSignature(header: string | undefined): Buffer | undefined {
  const [, hex] = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(header ?? '') ?? [];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

function linesOf(secret: string): Buffer[] {
  return secret.split(/\r?\n/).map((line) => Buffer.from(line));
}

function refuse(problem: string): SignatureVerdict {
  return { ok: false, problem };
}
