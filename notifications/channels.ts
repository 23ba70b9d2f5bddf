/** The visible list of channels. One more is a file beside this one and two lines here. */
import { z } from 'zod';
import type { Channel, ChannelTools } from './channel.ts';
import { emailChannel, emailOptions } from './email.ts';
import { kafkaChannel, kafkaChannelOptions } from './kafka.ts';
import { redisChannel, redisChannelOptions } from './redis.ts';
import { slackChannel, slackOptions } from './slack.ts';
import { webhookChannel, webhookOptions } from './webhook.ts';

/** One channel of an installation: exactly one of the kinds. */
export const channelSchema = z
  .strictObject({
    webhook: webhookOptions.describe('Posts to an address, signed.'),
    slack: slackOptions.describe('Posts to a chat.'),
    email: emailOptions.describe('Sends a mail.'),
    kafka: kafkaChannelOptions.describe('Writes to a Kafka topic.'),
    redis: redisChannelOptions.describe('Publishes on a channel of Redis.'),
  })
  .partial()
  .refine((one) => Object.keys(one).length === 1, { error: 'webhook: { url: https://… }' })
  // Those of the installation are connected to as it says.
  .refine(({ kafka }) => kafka?.brokers !== undefined || (kafka?.ssl ?? kafka?.sasl) === undefined, {
    error: 'kafka: { topic: sluice-runs, brokers: [kafka-1:9093], ssl: true }',
  });

export type ChannelSettings = z.output<typeof channelSchema>;

export function openChannel(settings: ChannelSettings, tools: ChannelTools, now: () => number): Channel {
  const { webhook, slack, email, kafka, redis } = settings;
  if (webhook) return webhookChannel(webhook, tools, now);
  if (slack) return slackChannel(slack, tools);
  if (email) return emailChannel(email, tools);
  if (kafka) return kafkaChannel(kafka, tools);
  if (redis) return redisChannel(redis, tools);
  throw new Error('a channel has no kind');
}

/** What kind it is, and where it leads, for lists. Nothing secret. */
export function describeChannel(settings: ChannelSettings): string {
  const { webhook, slack, email, kafka, redis } = settings;
  if (webhook) return `webhook ${new URL(webhook.url).origin}`;
  if (slack) return `slack (secret ${slack.url})`;
  if (email) return `email ${[email.to].flat().join(', ')}`;
  if (kafka) return `kafka ${kafka.topic}`;
  return `redis ${redis?.channel ?? ''}`;
}
