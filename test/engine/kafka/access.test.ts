/** How an installation's Kafka is connected to, by triggers and by channels: TLS, log-in, and to whom the password is never sent. */
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { compileWorkflows } from '../../../dsl/index.ts';
import { createKafkaSource } from '../../../engine/kafka/index.ts';
import {
  createMemoryDefinitionStore,
  createMemoryRunIndex,
  createMemoryShardStore,
} from '../../../engine/memory/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import type { BrokerAccess } from '../../../engine/ports/message-source.ts';
import { createClient } from '../../../engine/runtime/client/client.ts';
import { Definitions } from '../../../engine/runtime/definition/definitions.ts';
import { KafkaTriggers } from '../../../engine/runtime/kafka-triggers.ts';
import { createRealClock } from '../../../engine/runtime/real-clock.ts';
import { brokerAccess, type KafkaCluster, readKafkaCluster } from '../../../executors/kafka/index.ts';
import { channelSchema } from '../../../notifications/channels.ts';
import { createNotifier } from '../../../notifications/notifier.ts';

const clock = createRealClock();
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Takes what comes first, and hangs up. */
async function aListener() {
  const seen: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (piece) => {
      seen.push(piece);
      socket.destroy();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => new Promise((done) => server.close(done)));
  return { seen, brokers: [`127.0.0.1:${(server.address() as AddressInfo).port}`] };
}

/**
 * Says that it knows the calls by which one logs in (ApiVersions, as Kafka answers it), takes the log-in, and hangs up.
 * What the log-in holds is in `said`.
 */
async function aGuard() {
  const said: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request) => {
      const [api, version, correlation] = [
        request.readInt16BE(4),
        request.readInt16BE(6),
        request.readInt32BE(8),
      ];
      said.push(request.toString('latin1'));
      if (api === SASL_AUTHENTICATE) return void socket.destroy();
      socket.write(framed(correlation, api === API_VERSIONS ? apiVersions(version) : handshake()));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => new Promise((done) => server.close(done)));
  return { said, brokers: [`127.0.0.1:${(server.address() as AddressInfo).port}`] };
}

const API_VERSIONS = 18;
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;

function framed(correlation: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length, 0);
  head.writeInt32BE(correlation, 4);
  return Buffer.concat([head, body]);
}

/** No error; each call with its least and its highest version; from version 1 on, no throttling. */
function apiVersions(version: number): Buffer {
  const calls = [
    [API_VERSIONS, 0, 2],
    [SASL_HANDSHAKE, 0, 1],
    [SASL_AUTHENTICATE, 0, 1],
    [3, 0, 5],
  ];
  const body = Buffer.alloc(6 + 6 * calls.length + (version > 0 ? 4 : 0));
  body.writeInt32BE(calls.length, 2);
  for (const [i, call] of calls.entries())
    for (const [j, number] of call.entries()) body.writeInt16BE(number, 6 + 6 * i + 2 * j);
  return body;
}

/** No error, and one mechanism: `PLAIN`. */
function handshake(): Buffer {
  const name = Buffer.from('PLAIN');
  const body = Buffer.alloc(8);
  body.writeInt32BE(1, 2);
  body.writeInt16BE(name.length, 6);
  return Buffer.concat([body, name]);
}

const consume = (brokers: readonly string[], access?: BrokerAccess) =>
  createKafkaSource().consume(
    { brokers, topic: 't', group: 'g', from: 'latest', ...(access ? { access } : {}) },
    async () => {},
  );

const LOGIN = { mechanism: 'plain', username: 'sluice', password: 'KAFKA' } as const;

function deliver(kafka: KafkaCluster, channel: object) {
  const notifier = createNotifier({
    channels: new Map([['stream', channelSchema.parse({ kafka: { topic: 't', ...channel } })]]),
    secrets: { read: async (_, name) => (name === 'KAFKA' ? 'hunter2hunter2' : undefined) },
    addresses: { isLocalOpen: true, allowed: [] },
    publish: async () => {},
    kafka,
    now: Date.now,
  });
  closing.push(async () => notifier.close?.());
  const about = { namespace: 'default', type: 'test', at: 0, text: 'x', data: {}, secrets: [] } as const;
  return notifier.deliver({ id: 'm', target: { kind: 'channel', channel: 'stream' }, ...about });
}

const isTls = ([first]: readonly Buffer[]) => first?.[0] === 0x16;

describe('the settings of Kafka', () => {
  it('are brokers, TLS and a log-in with the name of a secret', async () => {
    const cluster = readKafkaCluster({
      SLUICE_KAFKA_BROKERS: 'a:1, b:2',
      SLUICE_KAFKA_SSL: 'true',
      SLUICE_KAFKA_SASL_USERNAME: 'sluice',
      SLUICE_KAFKA_SASL_SECRET: 'KAFKA',
    });
    expect(cluster).toEqual({ brokers: ['a:1', 'b:2'], ssl: true, sasl: LOGIN });
    const access = await brokerAccess(cluster, async (name) => `value of ${name}`);
    expect(access).toEqual({ ssl: true, sasl: { ...LOGIN, password: 'value of KAFKA' } });
    expect(readKafkaCluster({})).toEqual({ brokers: [], ssl: false, sasl: undefined });
  });

  it.each([
    [{ SLUICE_KAFKA_SSL: 'maybe' }, 'SLUICE_KAFKA_SSL (kafka.ssl) is "maybe"'],
    [{ SLUICE_KAFKA_SASL_USERNAME: 'u' }, 'needs both a name and a secret'],
    [{ SLUICE_KAFKA_SASL_MECHANISM: 'gssapi' }, 'write plain, scram-sha-256, scram-sha-512'],
  ])('are refused when they are wrong: %j', (environment, told) => {
    expect(() => readKafkaCluster(environment)).toThrow(told);
  });

  it('of a channel go with its own brokers only', () => {
    expect(channelSchema.safeParse({ kafka: { topic: 't', ssl: true } }).success).toBe(false);
    expect(channelSchema.safeParse({ kafka: { topic: 't', brokers: ['a:1'], ssl: true } }).success).toBe(
      true,
    );
  });
});

describe('connecting to Kafka', () => {
  it('begins with TLS where the settings say so, of triggers and channels, and without it elsewhere', async () => {
    const [secured, open] = [await aListener(), await aListener()];
    await expect(consume(secured.brokers, { ssl: true })).rejects.toThrow();
    await expect(consume(open.brokers)).rejects.toThrow();
    expect(open.seen.length).toBeGreaterThan(0);
    expect([isTls(secured.seen), isTls(open.seen)]).toEqual([true, false]);
    const channel = await aListener();
    await deliver({ brokers: channel.brokers, ssl: true, sasl: undefined }, {});
    expect(isTls(channel.seen)).toBe(true);
  });

  it('logs in with the value of the secret, of triggers and channels', async () => {
    const [trigger, channel] = [await aGuard(), await aGuard()];
    await expect(
      consume(trigger.brokers, { ssl: false, sasl: { ...LOGIN, password: 'hunter2hunter2' } }),
    ).rejects.toThrow();
    expect(trigger.said.join()).toContain('sluice\0hunter2hunter2');
    await deliver({ brokers: channel.brokers, ssl: false, sasl: LOGIN }, {});
    expect(channel.said.join()).toContain('sluice\0hunter2hunter2');
  });

  it('sends no password to brokers that a channel names itself, and says which secret is not there', async () => {
    const other = await aGuard();
    const installation = { brokers: ['127.0.0.1:1'], ssl: false, sasl: LOGIN };
    await deliver(installation, { brokers: other.brokers });
    expect(other.said.length).toBeGreaterThan(0);
    expect(other.said.join()).not.toContain('hunter2');
    const reply = await deliver({ ...installation, sasl: { ...LOGIN, password: 'GONE' } }, {});
    expect(reply).toMatchObject({ kind: 'failed', error: expect.stringContaining('GONE') });
  });

  it('sends no password to brokers that a workflow names', async () => {
    const [own, installation] = [await aGuard(), await aGuard()];
    const store = createMemoryShardStore({ now: clock.now, clock, shards: 1, random: () => 0.5 });
    const definitions = createMemoryDefinitionStore();
    const { plans } = compileWorkflows({
      path: 'w.yaml',
      text: `
name: w
triggers: [{ kafka: { topic: t, brokers: ["${own.brokers}"] } }, { kafka: { topic: t } }]
tasks: { a: { uses: noop } }`,
    });
    const [plan] = plans;
    if (!plan) throw new Error('no plan');
    await new Definitions({ definitions, store, shards: 1, newRequestId: () => 'r', waitMs: 1_000 }).apply({
      plan,
    });
    const random = () => new Uint8Array(10);
    const triggers = new KafkaTriggers({
      definitions,
      client: createClient({ store, index: createMemoryRunIndex(), shards: 1, clock, random }),
      source: createKafkaSource(),
      clock,
      logger: SILENT,
      brokers: installation.brokers,
      access: async () => ({ ssl: false, sasl: { ...LOGIN, password: 'hunter2hunter2' } }),
    });
    await triggers.runOnce();
    await triggers.stop();
    expect(installation.said.join()).toContain('hunter2');
    expect(own.said.length).toBeGreaterThan(0);
    expect(own.said.join()).not.toContain('hunter2');
  });
});
