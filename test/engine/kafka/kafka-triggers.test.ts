/** Applied workflows listen to a real peer of Kafka's protocol. The names hold "Kafka" for the check of a clean clone. */
import kafkajs, { type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileWorkflows } from '../../../dsl/index.ts';
import { createKafkaSource } from '../../../engine/kafka/index.ts';
import {
  createMemoryDefinitionStore,
  createMemoryRunIndex,
  createMemoryShardStore,
} from '../../../engine/memory/index.ts';
import type { Logger } from '../../../engine/ports/logger.ts';
import { type Client, createClient } from '../../../engine/runtime/client/client.ts';
import { Definitions } from '../../../engine/runtime/definition/definitions.ts';
import { KafkaTriggers } from '../../../engine/runtime/kafka-triggers.ts';
import { createRealClock } from '../../../engine/runtime/real-clock.ts';
import { startKafka, type TestKafka, whyNoKafka } from '../../support/kafka.ts';

const why = whyNoKafka();
if (why !== undefined) console.warn(`Tests with a Kafka broker are left out: ${why}.`);
const clock = createRealClock();

describe.skipIf(why !== undefined)('runs started by Kafka', () => {
  let cluster: TestKafka;
  let producer: Producer;
  const running: KafkaTriggers[] = [];
  const warnings: string[] = [];
  let onWarning = () => {};

  beforeAll(async () => {
    cluster = await startKafka();
    const { Kafka, logLevel, Partitioners } = kafkajs;
    const kafka = new Kafka({ brokers: [cluster.brokers], logLevel: logLevel.NOTHING });
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
  });
  beforeEach(() => void warnings.splice(0));
  afterEach(() => Promise.all(running.splice(0).map((one) => one.stop())));
  afterAll(async () => {
    await producer?.disconnect();
    await cluster?.stop();
  });

  const logger: Logger = {
    debug: () => {},
    info: () => {},
    error: () => {},
    warn(message, fields) {
      warnings.push(`${message} ${JSON.stringify(fields ?? {})}`);
      onWarning();
    },
  };

  async function anEngine(topic: string) {
    const store = createMemoryShardStore({ now: clock.now, clock, shards: 1, random: () => 0.5 });
    const definitions = createMemoryDefinitionStore();
    const random = () => new Uint8Array(10);
    const client = createClient({ store, index: createMemoryRunIndex(), shards: 1, clock, random });
    const text = `
name: on-order
inputs: { amount: { type: integer, required: true }, from: { type: string } }
triggers:
  - kafka: { topic: ${topic}, group: g-${topic}, from: earliest, inputs: { amount: "\${{ trigger.body.amount }}", from: "\${{ trigger.headers.from }}" } }
tasks: { a: { uses: noop } }`;
    const { plans, diagnostics } = compileWorkflows({ path: 'on-order.yaml', text });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const [plan] = plans;
    if (!plan) throw new Error('no plan');
    await new Definitions({ definitions, store, shards: 1, newRequestId: () => 'r', waitMs: 1_000 }).apply({
      plan,
    });
    return { store, definitions, client };
  }

  /** Notes each start that was accepted, and can refuse some. */
  function watched(client: Client, refuse: () => boolean = () => false) {
    const started: { run: string; created: boolean }[] = [];
    const waiting: (() => void)[] = [];
    const start: Client['start'] = async (...given) => {
      if (refuse()) throw new Error('Redis is away');
      const answer = await client.start(...given);
      started.push(answer);
      for (const wake of waiting) wake();
      return answer;
    };
    const until = (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => started.length >= count && resolve();
        waiting.push(look);
        look();
      });
    return { start, started, until };
  }

  function listen(
    definitions: Awaited<ReturnType<typeof anEngine>>['definitions'],
    client: Pick<Client, 'start'>,
  ) {
    const source = createKafkaSource();
    const triggers = new KafkaTriggers({
      definitions,
      client,
      source,
      clock,
      logger,
      brokers: [cluster.brokers],
    });
    running.push(triggers);
    triggers.start();
    return triggers;
  }

  const send = (topic: string, ...values: readonly unknown[]) =>
    producer.send({
      topic,
      messages: values.map((value) => ({
        key: 'k',
        value: typeof value === 'string' ? value : JSON.stringify(value),
        headers: { from: 'shop' },
      })),
    });

  it('starts a run for each message of a Kafka topic, with its inputs; leaves out and tells of those that fit no input', async () => {
    const { definitions, client, store } = await anEngine('orders');
    const seen = watched(client);
    await send('orders', { amount: 1 }, 'no JSON at all', { amount: 'many' }, { amount: 4 });
    listen(definitions, seen);
    await seen.until(2);
    const headers = await Promise.all(seen.started.map(({ run }) => store.readHeader(run)));
    expect(headers.map((header) => header?.inputs)).toEqual([
      { amount: 1, from: 'shop' },
      { amount: 4, from: 'shop' },
    ]);
    expect(headers[1]?.trigger).toMatchObject({
      type: 'kafka',
      topic: 'orders',
      offset: '3',
      key: 'k',
      body: { amount: 4 },
    });
    expect(warnings.filter((text) => text.includes('starts no run'))).toHaveLength(2);
    expect(warnings[1]).toContain('"offset":"2"');
  });

  it('takes a message of Kafka again when its run could not be started, and starts it once', async () => {
    const { definitions, client } = await anEngine('again');
    let refusals = 2;
    const seen = watched(client, () => refusals-- > 0);
    await send('again', { amount: 1 });
    listen(definitions, seen);
    await seen.until(1);
    expect(warnings.filter((text) => text.includes('is taken again')).length).toBeGreaterThanOrEqual(2);
    expect(seen.started.map(({ created }) => created)).toEqual([true]);
  });

  it('goes on after a restart where the Kafka group had come to; what is delivered twice is the same run', async () => {
    const { definitions, client } = await anEngine('restart');
    const first = watched(client);
    await send('restart', { amount: 1 });
    const before = listen(definitions, first);
    await first.until(1);
    await before.stop();
    const second = watched(client);
    listen(definitions, second);
    await send('restart', { amount: 2 });
    await second.until(1);
    const runs = new Set(
      [...first.started, ...second.started].filter(({ created }) => created).map(({ run }) => run),
    );
    expect(runs.size).toBe(2);
  });

  it('stops listening to Kafka when the workflow is removed, and says when no broker answers', async () => {
    const { definitions, client } = await anEngine('removed');
    const source = createKafkaSource();
    const told = new Promise<void>((resolve) => {
      onWarning = resolve;
    });
    const triggers = new KafkaTriggers({
      definitions,
      client,
      source,
      clock,
      logger,
      brokers: ['127.0.0.1:1'],
    });
    running.push(triggers);
    triggers.start();
    await told;
    expect(warnings[0]).toContain('cannot listen and tries again');
    await definitions.remove('default', 'on-order', 1);
    await triggers.runOnce();
  });
});
