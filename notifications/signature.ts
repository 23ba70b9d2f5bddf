/** Signs what is posted, by the Standard Webhooks specification: one `v1` signature for each secret, so that secrets can be changed. */
import { Webhook } from 'standardwebhooks';
import { DeliveryFailure } from './channel.ts';

export interface Signed {
  readonly id: string;
  /** When it is sent, ms since 1970. */
  readonly now: number;
  readonly body: string;
}

/** `whsec_` and base64, or any other text, which is then the key itself. */
export function signatureHeaders(
  secrets: readonly string[],
  { id, now, body }: Signed,
): { readonly [name: string]: string } {
  const sentAt = new Date(now);
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(now / 1_000)) };
  if (secrets.length === 0) return headers;
  const signatures = secrets.map((secret) => webhookOf(secret).sign(id, sentAt, body));
  return { ...headers, 'webhook-signature': signatures.join(' ') };
}

function webhookOf(secret: string): Webhook {
  try {
    return secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
  } catch {
    throw new DeliveryFailure('the secret that signs it is not `whsec_` and base64');
  }
}
