/** Writes to a Kafka topic; the key is the alert or the run, so that what concerns one of them stays in order. */
import { z } from 'zod';
import { isJsonObject } from '../engine/core/json.ts';
import type { Notification } from '../engine/core/notification/notification.ts';
import { brokerAccess, brokerList, ProducerPool, SASL_MECHANISMS, write } from '../executors/kafka/index.ts';
import { type Channel, type ChannelTools, DeliveryFailure } from './channel.ts';
import { payloadOf } from './payload.ts';

/** A log-in as settings say it. */
export const kafkaLogin = z.strictObject({
  mechanism: z
    .enum(SASL_MECHANISMS)
    .default('plain')
    .describe('`plain` (default), `scram-sha-256`, `scram-sha-512`.'),
  username: z.string().min(1).describe('Name.'),
  password: z.string().min(1).describe('Name of the secret that holds its password.'),
});

export const kafkaChannelOptions = z.strictObject({
  topic: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,249}$/, { error: 'sluice-runs' })
    .describe('Topic to write to.'),
  brokers: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Brokers. Default: those of the installation, connected to as it says.'),
  ssl: z.boolean().optional().describe('Whether to connect to `brokers` by TLS. Default false.'),
  sasl: kafkaLogin.optional().describe('Log-in at `brokers`.'),
});

export function kafkaChannel(
  { topic, brokers: own, ssl = false, sasl }: z.output<typeof kafkaChannelOptions>,
  tools: ChannelTools,
): Channel {
  const producers = new ProducerPool();
  return {
    async send(notification) {
      const cluster = own === undefined ? tools.kafka : { brokers: brokerList(own), ssl, sasl };
      const { brokers } = cluster;
      if (brokers.length === 0)
        throw new DeliveryFailure('no Kafka brokers are named: give `brokers`, or set SLUICE_KAFKA_BROKERS');
      const headers = { 'webhook-id': notification.id, type: notification.type };
      await write(producers, brokers, {
        topic,
        key: keyOf(notification),
        value: payloadOf(notification),
        headers,
        sasl: undefined,
        ...(await brokerAccess(cluster, tools.secret)),
      });
    },
    close: () => producers.close(),
  };
}

/** The run that ends an alert is often another than that which began it. */
function keyOf({ id, data }: Notification): string {
  const { alert, run } = data;
  const ofAlert = isJsonObject(alert) ? alert['id'] : undefined;
  return [ofAlert, run].find((one) => typeof one === 'string') ?? id;
}
