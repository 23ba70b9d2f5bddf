/** Options of `uses: kafka`. */
import { z } from 'zod';
import type { Json } from '../../engine/core/json.ts';

// What arrives is JSON, so there is nothing to check.
const json: z.ZodType<Json> = z.unknown() as z.ZodType<Json>;
const text = z.union([z.string(), z.number(), z.boolean()], { error: 'expected text' });

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export const saslOptions = z.strictObject({
  mechanism: z.enum(SASL_MECHANISMS).default('plain'),
  username: z.string().min(1),
  password: z.string(),
});

export const kafkaOptions = z.strictObject({
  topic: z
    .string({ error: 'expected the name of a topic' })
    .regex(/^[A-Za-z0-9._-]{1,249}$/, { error: 'expected a topic of letters, digits, `.`, `_` and `-`' })
    .describe('Topic to write to.'),
  value: json
    .optional()
    .describe('The message. Lists and objects become JSON; null, or none, is a tombstone.'),
  key: text.optional().describe('Key of the message, which decides its partition.'),
  headers: z.record(z.string(), text).default({}).describe('Headers of the message.'),
  brokers: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
      error: 'expected brokers such as `kafka-1:9092`, as a list or separated by commas',
    })
    .optional()
    .describe('Brokers, as a list or separated by commas. Default: SLUICE_KAFKA_BROKERS of the worker.'),
  ssl: z.boolean().default(false).describe('Whether to connect by TLS. Default false.'),
  sasl: saslOptions
    .optional()
    .describe(
      'Log-in: `{ mechanism, username, password }`; `mechanism` is `plain`, `scram-sha-256` or `scram-sha-512`.',
    ),
});

export type KafkaOptions = z.infer<typeof kafkaOptions>;

/** `a:1, b:2` or a list → a list. */
export function brokerList(brokers: string | readonly string[] | undefined): readonly string[] {
  const list = typeof brokers === 'string' ? brokers.split(',') : (brokers ?? []);
  return list.map((one) => one.trim()).filter((one) => one !== '');
}
