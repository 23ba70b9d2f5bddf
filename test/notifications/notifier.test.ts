/** Channels against the real thing: HTTP and SMTP servers of this machine. Kafka has its own test; Redis is asked through others. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { PUBLIC_ONLY } from '../../engine/core/network/address-rules.ts';
import type { Notification } from '../../engine/core/notification/notification.ts';
import type { Notifier } from '../../engine/ports/notifier.ts';
import type { ChannelSettings } from '../../notifications/channels.ts';
import { createNotifier, type NotifierOptions } from '../../notifications/notifier.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const OLD = `whsec_${Buffer.from('the old key of the test').toString('base64')}`;
const NEW = `whsec_${Buffer.from('the new key of the test').toString('base64')}`;

function aNotification(change: Partial<Notification> = {}): Notification {
  return {
    id: 'msg_1',
    namespace: 'default',
    type: 'run.failed',
    target: { kind: 'channel', channel: 'ops' },
    at: Date.parse('2026-01-02T03:04:05Z'),
    text: 'etl: run 1 failed: <disk> full & more',
    data: { run: 'R1', workflow: 'etl', status: 'failed' },
    secrets: [],
    ...change,
  };
}

function aNotifier(ops: ChannelSettings, options: Partial<NotifierOptions> = {}): Notifier {
  const secrets = new Map([
    ['OLD', OLD],
    ['NEW', NEW],
    ['TOKEN', 'hunter2hunter2'],
  ]);
  const notifier = createNotifier({
    channels: new Map([['ops', ops]]),
    secrets: { read: async (_, name) => secrets.get(name) },
    addresses: { isLocalOpen: true, allowed: [] },
    publish: async () => {},
    kafka: { brokers: [], ssl: false, sasl: undefined },
    now: Date.now,
    ...options,
  });
  closing.push(async () => notifier.close?.());
  return notifier;
}

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver that answers so. */
async function aReceiver(status: number, headers: { readonly [name: string]: string } = {}) {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      seen.push({ headers: request.headers, body });
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => new Promise((done) => server.close(done)));
  const { port } = server.address() as AddressInfo;
  return { seen, url: `http://127.0.0.1:${port}/hook` };
}

describe('webhook', () => {
  it('is signed so that a receiver with either of two secrets can check it', async () => {
    const { url, seen } = await aReceiver(204);
    const reply = await aNotifier({ webhook: { url, secret: ['NEW', 'OLD'] } }).deliver(aNotification());
    expect(reply).toEqual({ kind: 'delivered' });
    const [{ headers, body } = { headers: {}, body: '' }] = seen;
    for (const secret of [OLD, NEW])
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
        id: 'msg_1',
        type: 'run.failed',
        timestamp: '2026-01-02T03:04:05.000Z',
        data: { run: 'R1' },
      });
    const other = `whsec_${Buffer.from('another key').toString('base64')}`;
    expect(() => new Webhook(other).verify(body, headers as Record<string, string>)).toThrow();
  });

  it('is a callback of a workflow, too', async () => {
    const { url, seen } = await aReceiver(200);
    const target = { kind: 'callback', url, secret: 'OLD' } as const;
    await aNotifier({ redis: { channel: 'x' } }).deliver(aNotification({ target }));
    expect(seen[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  });

  it.each([
    [503, { 'retry-after': '90' }, { kind: 'failed', isFinal: false, retryAfterMs: 90_000 }],
    [410, {}, { kind: 'failed', isFinal: true }],
    [302, { location: 'http://127.0.0.1:1/' }, { kind: 'failed', isFinal: false }],
  ])('answered %i it is not delivered', async (status, headers, expected) => {
    const { url, seen } = await aReceiver(status, headers as Record<string, string>);
    const reply = await aNotifier({ webhook: { url } }).deliver(aNotification());
    expect(reply).toMatchObject({ ...expected, error: expect.stringContaining(`answered ${status}`) });
    expect(seen).toHaveLength(1);
  });

  it('reaches public addresses only, unless more is allowed', async () => {
    const { url, seen } = await aReceiver(200);
    const notifier = aNotifier({ webhook: { url } }, { addresses: PUBLIC_ONLY });
    expect(await notifier.deliver(aNotification())).toMatchObject({
      kind: 'failed',
      error: expect.stringContaining('SLUICE_ALLOW_ADDRESSES'),
    });
    expect(seen).toEqual([]);
  });

  it('without its secret is not sent, and says which', async () => {
    const { url, seen } = await aReceiver(200);
    const reply = await aNotifier({ webhook: { url, secret: 'GONE' } }).deliver(aNotification());
    expect(reply).toMatchObject({ kind: 'failed', error: expect.stringContaining('GONE') });
    expect(seen).toEqual([]);
  });

  it('that gets no answer is given up in time', async () => {
    const server = createServer(() => {});
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closing.push(() => new Promise((done) => server.close(done)));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const reply = await aNotifier({ webhook: { url } }, { timeoutMs: 50 }).deliver(aNotification());
    expect(reply).toMatchObject({ kind: 'failed', error: expect.stringMatching(/did not answer/) });
  });
});

it('secrets of the workflow are masked in all that is sent', async () => {
  const { url, seen } = await aReceiver(200);
  const leaky = aNotification({
    text: 'it said hunter2hunter2',
    data: { note: 'hunter2hunter2' },
    secrets: ['TOKEN'],
  });
  await aNotifier({ webhook: { url } }).deliver(leaky);
  expect(seen[0]?.body).toContain('it said ***');
  expect(seen[0]?.body).not.toContain('hunter2');
});

it('slack gets a line in which nothing mentions or links', async () => {
  const { url, seen } = await aReceiver(200);
  const secrets = { read: async () => url };
  await aNotifier({ slack: { url: 'SLACK' } }, { secrets }).deliver(aNotification());
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    text: ':red_circle: etl: run 1 failed: &lt;disk&gt; full &amp; more',
  });
});

it('redis gets the same document as a webhook', async () => {
  const published: string[][] = [];
  const publish = async (channel: string, text: string) => void published.push([channel, text]);
  await aNotifier({ redis: { channel: 'runs' } }, { publish }).deliver(aNotification());
  expect(published[0]?.[0]).toBe('runs');
  expect(JSON.parse(published[0]?.[1] ?? '')).toMatchObject({ id: 'msg_1', type: 'run.failed' });
});

it('a channel that there is not is named', async () => {
  const target = { kind: 'channel', channel: 'nobody' } as const;
  const reply = await aNotifier({ redis: { channel: 'x' } }).deliver(aNotification({ target }));
  expect(reply).toMatchObject({ kind: 'failed', error: expect.stringContaining('"nobody"') });
});

describe('email', () => {
  async function anSmtpServer(refuse?: string) {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_address, _session, done) =>
        refuse === undefined ? done() : done(Object.assign(new Error(refuse), { responseCode: 550 })),
      onData(stream, _session, done) {
        let text = '';
        stream.setEncoding('utf8');
        stream.on('data', (piece: string) => {
          text += piece;
        });
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closing.push(() => new Promise((done) => server.close(() => done(undefined))));
    return { mails, port: (server.server.address() as AddressInfo).port };
  }

  const email = {
    to: 'ops@example.com',
    from: 'sluice@example.com',
    host: '127.0.0.1',
    tls: 'none',
  } as const;

  it('reaches an SMTP server, under the id of the notification', async () => {
    const { mails, port } = await anSmtpServer();
    expect(await aNotifier({ email: { ...email, port } }).deliver(aNotification())).toEqual({
      kind: 'delivered',
    });
    expect(mails[0]).toMatch(/^Subject: \[Sluice\] etl: run 1 failed/m);
    expect(mails[0]).toMatch(/^Message-ID: <msg_1@sluice>/m);
    expect(mails[0]).toContain('run: R1');
  });

  it('that is refused for good is not tried again', async () => {
    const { port } = await anSmtpServer('no such mailbox');
    const reply = await aNotifier({ email: { ...email, port } }).deliver(aNotification());
    expect(reply).toMatchObject({
      kind: 'failed',
      isFinal: true,
      error: expect.stringContaining('no such mailbox'),
    });
  });

  it('that wants TLS does not go to a server without it', async () => {
    const { mails, port } = await anSmtpServer();
    const reply = await aNotifier({ email: { ...email, port, tls: 'starttls' } }).deliver(aNotification());
    expect(reply.kind).toBe('failed');
    expect(mails).toEqual([]);
  });
});
