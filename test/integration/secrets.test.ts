/**
 * No secret leaves the worker: a workflow uses one in every way and prints it in every form, on a real Redis that writes its
 * append-only file; then the canary is looked for in all that Redis holds and has ever been told.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBullTaskQueue } from '../../engine/bullmq/index.ts';
import { SILENT } from '../../engine/ports/logger.ts';
import {
  createConnections,
  createRedisArtifactStore,
  createRedisCacheStore,
  createRedisLogStore,
  createRedisMembership,
  createRedisRunIndex,
  createRedisSecretRecords,
  createRedisShardStore,
} from '../../engine/redis/index.ts';
import { createClient } from '../../engine/runtime/client/client.ts';
import type { RunView } from '../../engine/runtime/client/run-view.ts';
import { createLocalWorkspace } from '../../engine/runtime/files/local-workspace.ts';
import { createOrchestrator } from '../../engine/runtime/orchestrator/orchestrator.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import { newKey, parseKeys } from '../../engine/runtime/secret/sealed-text.ts';
import { SecretVault } from '../../engine/runtime/secret/secret-vault.ts';
import { createWorker } from '../../engine/runtime/worker.ts';
import { builtinExecutors } from '../../executors/index.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { aPlan, aRetry, aTask, type TaskDraft } from '../support/run-builder.ts';

const TOKEN = `canary:${randomBytes(9).toString('base64')}/"é'&x`;
const PIN = '84615937';
const PEM = [
  '-----BEGIN KEY-----',
  ...Array.from({ length: 5 }, () => randomBytes(36).toString('base64')),
  `${randomBytes(6).toString('base64')}`,
  '-----END KEY-----',
].join('\n');

/** Prints the values of its environment in every form, to both streams. */
const PRINTER = `
import { writeSync } from 'node:fs';
const { TOKEN, PEM, PIN } = process.env;
const forms = (v) => [v, JSON.stringify({ v }), encodeURIComponent(v), new URLSearchParams({ v }).toString(), JSON.stringify(JSON.stringify(v)),
  Buffer.from(v).toString('hex'), Buffer.from(v).toString('base64url'),
  ...['', 'a', 'ab'].flatMap((p) => [Buffer.from(p + v).toString('base64'), Buffer.from(p + v + 'zz').toString('base64'), Buffer.from(p + v + 'z').toString('base64url')])];
for (const v of [TOKEN, PEM, PIN]) for (const form of forms(v)) { writeSync(1, 'out ' + form + ' .\\n'); writeSync(2, 'err ' + form + '\\n'); }
// Wrapped as base64(1) does it.
writeSync(1, (Buffer.from(PEM).toString('base64').match(/.{1,76}/g) ?? []).slice(0, -1).join('\\n') + '\\n');
// In two writes, with time between them.
writeSync(1, 'split ' + TOKEN.slice(0, 9)); await new Promise((r) => setTimeout(r, 150)); writeSync(1, TOKEN.slice(9) + ' end\\n');
// Across the border of a piece of a long line, byte by byte.
for (let i = 0; i < TOKEN.length + 2; i++) writeSync(1, '.'.repeat(65536 - i) + TOKEN + '.'.repeat(10) + '\\n');
`;

const SCRIPT = `
node "$SLUICE_SOURCE/printer.mjs"
set -x; : "$TOKEN"; { set +x; } 2>/dev/null
printf 'copy=%s\\npin=%s\\n' "$TOKEN" "$PIN" >> "$SLUICE_OUTPUT"
printf '%s' "$TOKEN" | base64 -w0 | sed 's/^/encoded=/' >> "$SLUICE_OUTPUT"
`;

const MODULE = `
export default ({ token, nested }, { log } = {}) => {
  console.log('module', token, nested.pem);
  return { token, list: [nested.pem], ['key ' + token]: 1, pin: Number(nested.pin) };
};
export const failing = ({ token }) => { throw new Error('cannot use ' + token + ' here'); };
`;

const secret = (name: string) => `\${{ secrets.${name} }}`;
const env = { TOKEN: secret('TOKEN'), PEM: secret('PEM'), PIN: secret('PIN') };

function tasks(url: string): TaskDraft[] {
  const module = (more: { [name: string]: string | object }) => ({
    uses: 'module',
    with: { file: './work.mjs', ...more },
  });
  return [
    aTask('print', [], { env, action: { uses: 'shell', with: { script: SCRIPT } } }),
    aTask('argue', ['print'], {
      action: {
        uses: 'shell',
        with: { argv: ['bash', '-c', 'echo "$0"; echo "$0" >&2', `x=${secret('TOKEN')}`] },
      },
    }),
    aTask('call', [], {
      env: { AUTH: `Bearer ${secret('PIN')}` },
      action: {
        uses: 'http',
        with: { url, headers: { authorization: '${{ env.AUTH }}' }, json: { token: secret('TOKEN') } },
      },
    }),
    aTask('refused', [], {
      allowFailure: true,
      action: { uses: 'http', with: { url: `${url}/refuse`, headers: { authorization: secret('PIN') } } },
    }),
    aTask('compute', [], {
      action: module({
        args: { token: secret('TOKEN'), nested: { pem: secret('PEM'), pin: secret('PIN') } },
      }) as never,
    }),
    aTask('throws', [], {
      allowFailure: true,
      retry: aRetry(2, { delayMs: 10 }),
      action: module({ export: 'failing', args: { token: secret('TOKEN') } }) as never,
    }),
    aTask('dies', [], {
      allowFailure: true,
      env,
      action: { uses: 'shell', with: { script: 'echo "last words: $TOKEN $PEM"; exit 3' } },
    }),
    aTask('reads', ['print', 'compute'], {
      action: {
        uses: 'shell',
        with: { argv: ['echo', '${{ tasks.print.outputs.copy }}', '${{ tasks.compute.outputs.token }}'] },
      },
    }),
  ];
}

/** Says back what it was sent. */
async function anEcho(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const said = { headers: request.headers, body: Buffer.concat(pieces).toString() };
      response.writeHead(request.url === '/refuse' ? 403 : 200, {
        'content-type': 'application/json',
        'x-echo': String(request.headers.authorization),
      });
      response.end(JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
}

describe('secrets of a run from end to end', () => {
  let redis: PrivateRedis;
  let folder: string;
  let echo: Awaited<ReturnType<typeof anEcho>>;
  let view: RunView;
  let logs: string;
  const said: string[] = [];
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    redis = await privateRedis({ appendfsync: 'always' });
    folder = await mkdtemp(join(tmpdir(), 'sluice-canary-'));
    await writeFile(join(folder, 'printer.mjs'), PRINTER);
    await writeFile(join(folder, 'work.mjs'), MODULE);
    echo = await anEcho();
    const opened = await openEngine();
    const plan = aPlan(tasks(echo.url), {
      secrets: ['TOKEN', 'PEM', 'PIN'],
      outputs: { copy: '${{ tasks.print.outputs.copy }}' },
    });
    const { run } = await opened.client.start(plan, { source: { directory: folder } });
    await opened.client.wait(run, AbortSignal.timeout(60_000));
    view = await opened.client.show(run);
    const lines = await Promise.all(
      plan.tasks.map((_, node) => opened.logs.read({ run, node, attempt: 1 }, '0', 10_000)),
    );
    logs = lines
      .flat()
      .map(({ text }) => text)
      .join('\n');
  }, 120_000);

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    echo.server.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function openEngine() {
    const clock = createRealClock();
    const connections = createConnections({ ...redis.connection });
    const store = createRedisShardStore(connections, { shards: 2 });
    const shards = await store.shards();
    const log = (message: string, fields?: object) => void said.push(`${message} ${JSON.stringify(fields)}`);
    const logger = { ...SILENT, debug: log, info: log, warn: log, error: log };
    const parts = {
      store,
      membership: createRedisMembership(connections),
      index: createRedisRunIndex(connections),
      logs: createRedisLogStore(connections, { shards }),
      artifacts: createRedisArtifactStore(connections, { shards }),
      cache: createRedisCacheStore(connections),
      queue: createBullTaskQueue({ connection: redis.connection, prefix: 'sluice:', logger }),
      clock,
      logger,
    };
    const vault = new SecretVault(createRedisSecretRecords(connections), () => keys, clock.now);
    const keys = parseKeys(newKey());
    for (const [name, value] of Object.entries({ TOKEN, PEM, PIN })) await vault.set('default', name, value);
    const orchestrator = createOrchestrator({ ...parts, id: 'o', shards, actions: new Map() });
    const executors = builtinExecutors({
      environment: { PATH: process.env['PATH'] },
      http: { addresses: { isLocalOpen: true, allowed: [] } },
    });
    const workspace = createLocalWorkspace({
      root: join(folder, 'work'),
      cacheDirectory: join(folder, 'cache'),
      artifacts: parts.artifacts,
      logger,
    });
    const worker = createWorker({
      ...parts,
      workspace,
      secrets: vault,
      executors,
      session: 's',
      name: 'w',
      queues: { default: 4 },
    });
    await orchestrator.start();
    await worker.start();
    stops.push(
      () => store.close(),
      () => parts.queue.close(),
      () => orchestrator.stop(),
      () => worker.stop(0),
    );
    return { ...parts, client: createClient({ ...parts, shards, random: () => randomBytes(10) }) };
  }

  it('would be found if it were there', () => {
    for (const value of [TOKEN, PIN, PEM]) {
      for (const [form, text] of formsOf(value)) {
        if (text.length >= 8) expect(leaksIn(Buffer.from(`x${text}y`, 'latin1')), form).not.toEqual([]);
      }
    }
  });

  it('is used: every task did its work with it', () => {
    const states = Object.fromEntries(view.nodes.map(({ id, status }) => [id, status]));
    expect(states).toEqual({
      print: 'succeeded',
      argue: 'succeeded',
      call: 'succeeded',
      refused: 'failed',
      compute: 'succeeded',
      throws: 'failed',
      dies: 'failed',
      reads: 'succeeded',
    });
    expect(view.outputs).toEqual({ copy: '***' });
    expect(view.nodes.find(({ id }) => id === 'compute')?.outputs).toEqual({
      token: '***',
      list: ['***'],
      'key ***': 1,
      pin: '***',
    });
  });

  it('is masked in logs', () => {
    expect(logs.match(/\*\*\*/g)?.length).toBeGreaterThan(100);
    expect(leaksIn(Buffer.from(logs))).toEqual([]);
    expect(leaksIn(Buffer.from(said.join('\n')))).toEqual([]);
  });

  it('is in no key, no value and no command that Redis was ever given', async () => {
    const files = await readdir(redis.directory, { recursive: true, withFileTypes: true });
    const written = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name))),
    );
    const everything = Buffer.concat(written);
    expect(everything.includes('settled')).toBe(true);
    expect(leaksIn(everything)).toEqual([]);
    expect(leaksIn(await dump(redis))).toEqual([]);
  });
});

/** All keys and values of the Redis, as they are stored. */
async function dump(redis: PrivateRedis): Promise<Buffer> {
  const connections = createConnections({ ...redis.connection });
  const pieces: Buffer[] = [];
  let cursor = '0';
  do {
    const [next, keys] = (await connections.call('scan', [cursor, 'COUNT', 500])) as [string, string[]];
    for (const key of keys) pieces.push(Buffer.from(key), await readKey(connections, key));
    cursor = next;
  } while (cursor !== '0');
  await connections.close();
  return Buffer.concat(pieces);
}

async function readKey(connections: ReturnType<typeof createConnections>, key: string): Promise<Buffer> {
  const reads: { readonly [type: string]: readonly [string, ...(string | number)[]] } = {
    string: ['get', key],
    hash: ['hgetall', key],
    list: ['lrange', key, 0, -1],
    set: ['smembers', key],
    zset: ['zrange', key, 0, -1],
    stream: ['xrange', key, '-', '+'],
  };
  const [command, ...args] = reads[String(await connections.call('type', [key]))] ?? ['get', key];
  return Buffer.from(JSON.stringify(await connections.call(command, args)));
}

/** Names of the forms of the canaries that are in the bytes: pieces of eight characters are enough to count. */
function leaksIn(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  const leaks: string[] = [];
  for (const [name, value] of Object.entries({ TOKEN, PIN, PEM })) {
    for (const [form, encoded] of formsOf(value)) {
      for (let at = 0; at + 8 <= encoded.length; at += 4) {
        if (text.includes(encoded.slice(at, at + 8))) leaks.push(`${name} ${form} at ${at}`);
      }
    }
  }
  return leaks;
}

function formsOf(value: string): [form: string, text: string][] {
  // The first and last lines of a key file are public, and so is the beginning of the canary.
  const body = value
    .replaceAll(/-----.*-----/g, '')
    .trim()
    .replace('canary:', '');
  const bytes = Buffer.from(body);
  const latin1 = (text: string) => Buffer.from(text).toString('latin1');
  return [
    ...body.split('\n').map((line): [string, string] => ['plain', latin1(line)]),
    ['hex', bytes.toString('hex')],
    ['address', encodeURIComponent(body)],
    ...[0, 1, 2].map((offset): [string, string] => {
      const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
      return [`base64 + ${offset}`, encoded.replaceAll('=', '').slice(offset === 0 ? 0 : offset + 1, -2)];
    }),
  ];
}
