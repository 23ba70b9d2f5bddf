/** Against a real peer of the protocol. The names hold "Kafka", by which the check of a clean clone excuses them where there is none. */
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerExecutor } from '../../engine/ports/executor.ts';
import { kafkaExecutor, notifyExecutor } from '../../executors/index.ts';
import { aBench, attempt, removeFolders } from '../support/execution-context.ts';
import { startKafka, type TestKafka, whyNoKafka } from '../support/kafka.ts';

const why = whyNoKafka();
if (why !== undefined) console.warn(`Tests with a Kafka broker are left out: ${why}.`);

afterAll(() => removeFolders());

describe.skipIf(why !== undefined)('writing to Kafka', () => {
  let cluster: TestKafka;
  let executor: WorkerExecutor;

  beforeAll(async () => {
    cluster = await startKafka();
    executor = kafkaExecutor({ environment: { SLUICE_KAFKA_BROKERS: cluster.brokers } });
  });
  afterAll(async () => {
    await executor?.close?.();
    await cluster?.stop();
  });

  it('writes key, value and headers, and says where they stand', async () => {
    const options = { topic: 'orders', key: 'k1', value: { n: [1, null] }, headers: { trace: 'abc' } };
    const { outputs, error } = await attempt(executor, options, await aBench());
    expect(error).toBeUndefined();
    expect(outputs).toEqual({ partition: expect.any(Number), offset: '0' });
    const again = await attempt(executor, { ...options, value: 'text' }, await aBench());
    expect(again.outputs).toEqual({ partition: outputs?.['partition'], offset: '1' });
    const [first, second] = await messagesOf('orders', 2);
    expect(first?.key?.toString()).toBe('k1');
    expect(JSON.parse(first?.value?.toString() ?? '')).toEqual({ n: [1, null] });
    expect(first?.headers?.['trace']?.toString()).toBe('abc');
    expect(second?.value?.toString()).toBe('text');
  });

  async function messagesOf(topic: string, count: number): Promise<KafkaMessage[]> {
    const { Kafka, logLevel } = kafkajs;
    const client = new Kafka({ brokers: [cluster.brokers], logLevel: logLevel.NOTHING });
    const consumer = client.consumer({ groupId: 'reader' });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const found: KafkaMessage[] = [];
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message }: { message: KafkaMessage }) => {
        if (found.push(message) === count) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    await consumer.disconnect();
    return found;
  }
});

describe('kafka without a broker', () => {
  it('says which broker does not answer, and when none is named', async () => {
    const executor = kafkaExecutor();
    const none = await attempt(executor, { topic: 'x', value: 1 }, await aBench());
    expect(none.error).toMatchObject({ code: 'invalid_options' });
    const dead = await attempt(executor, { topic: 'x', value: 1, brokers: '127.0.0.1:1' }, await aBench());
    expect(dead.error).toMatchObject({ code: 'kafka_error' });
    expect(dead.error?.message).toContain('127.0.0.1:1');
    await executor.close?.();
  });
});

describe('notify', () => {
  it('says that a worker has no channels', async () => {
    const { error } = await attempt(notifyExecutor(), { channel: 'ops', text: 'hi' }, await aBench());
    expect(error).toMatchObject({ code: 'invalid_options' });
    expect(error?.message).toContain('"ops"');
  });
});
