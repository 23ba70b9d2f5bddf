/** One POST to an address that the installation allows. Redirects are an answer like any other that is not 2xx. */
import { messageOf } from '../engine/core/errors.ts';
import type { GuardedAgent } from '../executors/http/index.ts';
import { parseRetryAfter } from '../executors/http/retry-after.ts';
import { DeliveryFailure, type PostRequest } from './channel.ts';

/** The receiver says that it wants nothing more (Standard Webhooks). */
const GONE = 410;

export async function postTo(
  agent: GuardedAgent,
  { url, body, headers, signal, now }: PostRequest & { readonly now: () => number },
): Promise<void> {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (!target || !/^https?:$/.test(target.protocol))
    throw new DeliveryFailure('its address is no http or https address', { isFinal: true });
  if (target.username !== '' || target.password !== '')
    throw new DeliveryFailure('its address holds a password; sign with a secret instead', { isFinal: true });
  // Of the address only the host is told: its path may be what makes it secret.
  const name = target.host;
  const { origin, pathname, search } = target;
  const {
    statusCode,
    headers: answered,
    body: rest,
  } = await agent
    .request({ origin, path: `${pathname}${search}`, method: 'POST', headers: { ...headers }, body, signal })
    .catch((thrown: unknown) => {
      throw failureOf(name, thrown);
    });
  await rest.dump({ limit: 64 * 1_024 }).catch(() => {});
  if (statusCode >= 200 && statusCode <= 299) return;
  const after = answered['retry-after'];
  throw new DeliveryFailure(`${name} answered ${statusCode}`, {
    isFinal: statusCode === GONE,
    retryAfterMs: typeof after === 'string' ? parseRetryAfter(after, { date: undefined, now }) : undefined,
  });
}

function failureOf(name: string, thrown: unknown): DeliveryFailure {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'ADDRESS_REFUSED') return new DeliveryFailure(messageOf(thrown));
  if (code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED')
    return new DeliveryFailure(`${name} did not answer in time`);
  return new DeliveryFailure(`${name} cannot be reached: ${code === '' ? messageOf(thrown) : code}`);
}
