/** Messages of Kafka topics. The library is loaded with the first subscription. */
import type { EachMessagePayload, IHeaders, Kafka, SASLOptions } from 'kafkajs';
import type { MessageSource, TopicMessage, TopicSubscription } from '../ports/message-source.ts';

/** A broker that does not answer is told of soon; the caller tries again. */
const CLIENT = { connectionTimeout: 5_000, retry: { initialRetryTime: 200, retries: 2 } };
/** How soon the others of a group take over from a member that died, ms. */
const GROUP = {
  sessionTimeout: 10_000,
  rebalanceTimeout: 10_000,
  heartbeatInterval: 1_000,
  maxWaitTimeInMs: 500,
};
/** A message that is not taken is given again after a pause, for as long as it takes. */
const AGAIN = {
  initialRetryTime: 300,
  maxRetryTime: 10_000,
  retries: 10,
  restartOnFailure: async () => true,
};

export function createKafkaSource(): MessageSource {
  return {
    async consume(subscription, take) {
      const { Kafka: Client, logLevel } = (await import('kafkajs')).default;
      const { ssl = false, sasl } = subscription.access ?? {};
      const client = new Client({
        clientId: 'sluice',
        brokers: [...subscription.brokers],
        logLevel: logLevel.NOTHING,
        ssl,
        ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
        ...CLIENT,
      });
      return subscribe(client, subscription, take);
    },
  };
}

async function subscribe(
  client: Kafka,
  { topic, group, from }: TopicSubscription,
  take: (message: TopicMessage) => Promise<void>,
) {
  const consumer = client.consumer({ groupId: group, allowAutoTopicCreation: false, retry: AGAIN, ...GROUP });
  const close = () => consumer.disconnect().catch(() => {});
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: from === 'earliest' });
    // An offset counts only once its message was taken, and is written soon after.
    await consumer.run({ autoCommitInterval: 1_000, eachMessage: (payload) => take(toMessage(payload)) });
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { close };
}

function toMessage({ topic, partition, message }: EachMessagePayload): TopicMessage {
  const { offset, key, value, headers } = message;
  return {
    topic,
    partition,
    offset,
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
    headers: textsOf(headers ?? {}),
  };
}

function textsOf(headers: IHeaders): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const [first] = Array.isArray(value) ? value : [value];
      return first === undefined ? [] : [[name, first.toString()] as const];
    }),
  );
}
