/** Writes to a Kafka topic; the key is the alert or the run, so that what concerns one of them stays in order. */
import { z } from 'zod';
import { isJsonObject } from '../engine/core/json.ts';
import type { Notification } from '../engine/core/notification/notification.ts';
import { brokerList, ProducerPool, write } from '../executors/kafka/index.ts';
import { type Channel, type ChannelTools, DeliveryFailure } from './channel.ts';
import { payloadOf } from './payload.ts';

export const kafkaChannelOptions = z.strictObject({
  topic: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,249}$/, { error: 'sluice-runs' })
    .describe('Topic to write to.'),
  brokers: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Brokers. Default: those of the installation.'),
});

export function kafkaChannel(
  { topic, brokers: own }: z.output<typeof kafkaChannelOptions>,
  tools: ChannelTools,
): Channel {
  const producers = new ProducerPool();
  return {
    async send(notification) {
      const brokers = brokerList([...(own ?? tools.brokers)]);
      if (brokers.length === 0)
        throw new DeliveryFailure('no Kafka brokers are named: give `brokers`, or set SLUICE_KAFKA_BROKERS');
      const headers = { 'webhook-id': notification.id, type: notification.type };
      await write(producers, brokers, {
        topic,
        key: keyOf(notification),
        value: payloadOf(notification),
        headers,
        ssl: false,
        sasl: undefined,
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
