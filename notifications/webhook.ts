/** Posts to an address, signed: a channel, and what `callback` of workflows does. */
import { z } from 'zod';
import type { Channel, ChannelTools } from './channel.ts';
import { payloadOf } from './payload.ts';
import { signatureHeaders } from './signature.ts';

const secretName = z.string().min(1);

export const webhookOptions = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'https://example.com/hook' }).describe('Where to post.'),
  secret: z
    .union([secretName, z.array(secretName).min(1).max(2)])
    .optional()
    .describe('Name of the secret that signs, or of the new and the old one while it is changed.'),
});

export type WebhookOptions = z.output<typeof webhookOptions>;

export function webhookChannel(
  { url, secret }: WebhookOptions,
  tools: ChannelTools,
  now: () => number,
): Channel {
  const names = secret === undefined ? [] : [secret].flat();
  return {
    async send(notification, signal) {
      const body = payloadOf(notification);
      const secrets = await Promise.all(names.map((name) => tools.secret(name)));
      const signed = signatureHeaders(secrets, { id: notification.id, now: now(), body });
      await tools.post({ url, body, signal, headers: { 'content-type': 'application/json', ...signed } });
    },
  };
}
