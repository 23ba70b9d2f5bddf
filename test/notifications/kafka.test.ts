/** The Kafka channel against a real peer of the protocol, driven by the actor that keeps what is told: what brokers that go away and come back get. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import { decide, Turn } from '../../engine/core/decide/index.ts';
import { type Message, parseTimerKey } from '../../engine/core/message.ts';
import { MAX_ATTEMPTS, readDelivery } from '../../engine/core/notification/document.ts';
import { alertMessage, repliedMessage, type Told } from '../../engine/core/notification/message.ts';
import { notificationsAddress } from '../../engine/core/notification/notification.ts';
import type { Post } from '../../engine/core/post.ts';
import { newShardState } from '../../engine/core/shard-state.ts';
import type { Notifier } from '../../engine/ports/notifier.ts';
import { createNotifier } from '../../notifications/notifier.ts';
import { startKafka, type TestKafka, whyNoKafka } from '../support/kafka.ts';

const why = whyNoKafka();
if (why !== undefined) console.warn(`Tests with a Kafka broker are left out: ${why}.`);

const TO = notificationsAddress('default', 'etl');
const SLOW_MS = 60_000;
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function aBroker(): Promise<TestKafka> {
  const broker = await startKafka();
  closing.push(() => broker.stop());
  return broker;
}

/** An address that stays while brokers come and go behind it. */
async function anAddress() {
  let behind: string | undefined;
  const open = new Set<Socket>();
  const server: Server = createServer((near) => {
    open.add(near);
    near.on('error', () => {});
    if (behind === undefined) return void near.destroy();
    const [host = '', port = ''] = behind.split(':');
    const far = connect(Number(port), host);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return {
    brokers: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo(brokers: string | undefined) {
      behind = brokers;
    },
  };
}

/** The actor with its deliveries really sent, and its pauses over at once. */
class Outbox {
  readonly #shard = newShardState(0, new Map());
  readonly #notifier: Notifier;
  readonly #timers = new Map<string, number>();
  #now = 1_000;

  constructor(brokers: string) {
    this.#notifier = createNotifier({
      channels: new Map([['stream', { kafka: { topic: 'alerts', brokers: [brokers] } }]]),
      secrets: { read: async () => undefined },
      addresses: { isLocalOpen: true, allowed: [] },
      publish: async () => {},
      kafka: { brokers: [], ssl: false, sasl: undefined },
      now: Date.now,
    });
    closing.push(async () => this.#notifier.close?.());
  }

  async take(message: Message): Promise<void> {
    for (const post of this.#decide(message)) {
      if (post.kind !== 'delivery') continue;
      const reply = await this.#notifier.deliver(post.notification);
      await this.take(repliedMessage(TO, post.notification.id, post.attempt, reply));
    }
  }

  /** The owner dies after sending and before it is written down: the next one sends again. */
  async takeAndDie(message: Message): Promise<void> {
    const deliveries = this.#decide(message).filter((post) => post.kind === 'delivery');
    for (const { notification } of deliveries) await this.#notifier.deliver(notification);
    for (const { notification, attempt } of deliveries) {
      const reply = await this.#notifier.deliver(notification);
      await this.take(repliedMessage(TO, notification.id, attempt, reply));
    }
  }

  #decide(message: Message): Post[] {
    const turn = new Turn(this.#shard, this.#now);
    decide(turn, message);
    const { commit, posts } = turn.finish(null);
    for (const key of commit.timers.remove) this.#timers.delete(key);
    for (const [key, due] of commit.timers.set) this.#timers.set(key, due);
    return posts.map(([, post]) => post);
  }

  /** Until the pause after the next attempt. */
  async wait(): Promise<void> {
    const [next] = [...this.#timers].sort((a, b) => a[1] - b[1]);
    if (!next) throw new Error('nothing is waited for');
    const [key, due] = next;
    this.#now = Math.max(this.#now, due);
    this.#timers.delete(key);
    await this.take(parseTimerKey(key));
  }

  delivery(id: string) {
    return readDelivery(this.#shard.actors.get(TO)?.get(`d:${id}`));
  }
}

/** The episode of a late run. */
function late(state: 'firing' | 'resolved', run = 'r1'): Message {
  const told: Told = {
    id: `${run} ${state}`,
    namespace: 'default',
    type: `alert.${state}`,
    target: { kind: 'channel', channel: 'stream' },
    at: 0,
    text: `${run} is ${state}`,
    data: { run },
    secrets: [],
  };
  const at = state === 'firing' ? 5 : 9;
  return alertMessage(TO, { rule: 'late', subject: run, state, since: at, at, summary: told.text, run }, [
    told,
  ]);
}

async function messagesOf(
  { brokers }: TestKafka,
  count: number,
): Promise<(KafkaMessage & { partition: number })[]> {
  const client = new kafkajs.Kafka({ brokers: [brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: 'reader' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'alerts', fromBeginning: true });
  const found: (KafkaMessage & { partition: number })[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message, partition }) => {
          if (found.push({ ...message, partition }) === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return found;
}

const textsOf = (messages: readonly KafkaMessage[]) =>
  messages.map(({ value }) => (JSON.parse(value?.toString() ?? '') as { text: string }).text);

describe.skipIf(why !== undefined)('the channel to Kafka', () => {
  it('writes both ends of an alert into one partition, as the document that programs get', async () => {
    const broker = await aBroker();
    const outbox = new Outbox(broker.brokers);
    await outbox.take(late('firing'));
    await outbox.take(late('resolved'));
    const messages = await messagesOf(broker, 2);
    expect(textsOf(messages)).toEqual(['r1 is firing', 'r1 is resolved']);
    expect(new Set(messages.map(({ partition }) => partition)).size).toBe(1);
    expect(messages.map(({ headers }) => headers?.['webhook-id']?.toString())).toEqual([
      'r1 firing',
      'r1 resolved',
    ]);
    const [alert] = messages.map(
      ({ value }) => JSON.parse(value?.toString() ?? '').data.alert as { id: string },
    );
    expect(messages.map(({ key }) => key?.toString())).toEqual([alert?.id, alert?.id]);
  });

  it('writes it again, under the same id, when the owner died before that was noted', async () => {
    const broker = await aBroker();
    await new Outbox(broker.brokers).takeAndDie(late('firing'));
    const ids = (await messagesOf(broker, 2)).map(({ headers }) => headers?.['webhook-id']?.toString());
    expect(ids).toEqual(['r1 firing', 'r1 firing']);
  });

  it(
    'waits for a Kafka that is away, and keeps the order of an alert that is over meanwhile',
    async () => {
      const address = await anAddress();
      const outbox = new Outbox(address.brokers);
      await outbox.take(late('firing'));
      expect(outbox.delivery('r1 firing')).toMatchObject({ state: 'waiting', attempt: 1 });
      await outbox.wait();
      const broker = await aBroker();
      address.leadTo(broker.brokers);
      await outbox.take(late('resolved'));
      expect(outbox.delivery('r1 resolved')).toMatchObject({ state: 'waiting', attempt: 0 });
      await outbox.wait();
      expect(outbox.delivery('r1 firing')).toMatchObject({ state: 'delivered', attempt: 3 });
      expect(outbox.delivery('r1 resolved')).toMatchObject({ state: 'delivered', attempt: 1 });
      expect(textsOf(await messagesOf(broker, 2))).toEqual(['r1 is firing', 'r1 is resolved']);
    },
    SLOW_MS,
  );

  it(
    'goes on with a Kafka that died after it was used and came back elsewhere behind the same address',
    async () => {
      const address = await anAddress();
      const first = await aBroker();
      address.leadTo(first.brokers);
      const outbox = new Outbox(address.brokers);
      await outbox.take(late('firing', 'r1'));
      expect(outbox.delivery('r1 firing')?.state).toBe('delivered');
      await first.stop();
      address.leadTo(undefined);
      await outbox.take(late('resolved', 'r1'));
      expect(outbox.delivery('r1 resolved')?.state).toBe('waiting');
      const second = await aBroker();
      address.leadTo(second.brokers);
      await outbox.wait();
      expect(outbox.delivery('r1 resolved')?.state).toBe('delivered');
      expect(textsOf(await messagesOf(second, 1))).toEqual(['r1 is resolved']);
    },
    SLOW_MS,
  );

  it(
    'gives up a Kafka that never answers, says why, and writes it when somebody retries',
    async () => {
      const address = await anAddress();
      const outbox = new Outbox(address.brokers);
      await outbox.take(late('firing'));
      while (outbox.delivery('r1 firing')?.state === 'waiting') await outbox.wait();
      const dead = outbox.delivery('r1 firing');
      expect(dead).toMatchObject({ state: 'dead', attempt: MAX_ATTEMPTS });
      expect(dead?.error).toContain(address.brokers);
      const broker = await aBroker();
      address.leadTo(broker.brokers);
      await outbox.take({ type: 'actor', to: TO, name: 'retry', body: {} });
      expect(outbox.delivery('r1 firing')?.state).toBe('delivered');
      expect(textsOf(await messagesOf(broker, 1))).toEqual(['r1 is firing']);
    },
    SLOW_MS,
  );
});
