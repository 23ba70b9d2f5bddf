/** The Redis users of docs/security.md: the roles do their work under them on a real Redis, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../../engine/memory/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { AREA_OF_KEY, accessRules, REDIS_USERS, type RedisUser } from '../../../engine/redis/access-rules.ts';
import { createConnections, createRedisUnusedRemover } from '../../../engine/redis/index.ts';
import { createKeys, DEFAULT_PREFIX } from '../../../engine/redis/keys.ts';
import { Sweeper } from '../../../engine/runtime/sweeper.ts';
import { buildIfStale } from '../../support/build.ts';
import { cliFolder } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { type PrivateRedis, privateRedis } from '../../support/redis.ts';

const folder = cliFolder();
let redis: PrivateRedis;
let admin: Redis;
let port: number;
/** Redis channel that notifications go to. */
const CHANNEL = 'sluice-runs';

beforeAll(async () => {
  await buildIfStale();
  port = await freePort();
  redis = await privateRedis({ extraArgs: ['--port', String(port), '--bind', '127.0.0.1'] });
  admin = new Redis(redis.connection);
  for (const user of REDIS_USERS)
    await admin.call(
      'ACL',
      'SETUSER',
      `sluice-${user}`,
      'reset',
      'on',
      `>${user}`,
      ...accessRules(user, { channels: [CHANNEL] }).split(' '),
    );
}, 120_000);
afterAll(async () => {
  admin?.disconnect();
  await folder.remove();
  await redis?.stop();
});

const addressOf = (user: RedisUser) => ({ REDIS_URL: `redis://sluice-${user}:${user}@127.0.0.1:${port}` });

async function mayUse(user: RedisUser, ...command: readonly string[]): Promise<boolean> {
  return (await admin.call('ACL', 'DRYRUN', `sluice-${user}`, ...command)) === 'OK';
}

/** One key of each kind that keys.ts makes. */
function sampleKeys(): [name: keyof typeof AREA_OF_KEY, key: string][] {
  const keys = createKeys();
  const run = '01J8ZQ4T9W0000000000000000';
  return [
    ['meta', keys.meta()],
    ...(['lease', 'inbox', 'flight', 'timers', 'beats', 'live', 'actors', 'outbox', 'removing'] as const).map(
      (name) => [name, keys[name](11)] as [typeof name, string],
    ),
    ...(['run', 'progress', 'nodes', 'buckets', 'events', 'blobs'] as const).map(
      (name) => [name, keys[name](3, run)] as [typeof name, string],
    ),
    ['answer', keys.answer(3, 'r')],
    ['plan', keys.plan(3, 'hash')],
    ['outputs', keys.outputs(3, run, 0)],
    ['largeOutputs', keys.largeOutputs(3, run, 0)],
    ['log', keys.log(3, run, 0, 1)],
    ['blob', keys.blob(3, run, 'a/b')],
    ['blobPart', keys.blobPart(3, run, 'a/b', 'w')],
    ['wake', keys.wake('r')],
    ['members', keys.members('workers')],
    ['memberInfos', keys.memberInfos('queues')],
    ['runs', keys.runs('all')],
    ['runLine', keys.runLine(run)],
    ['runChanges', keys.runChanges()],
    ['endedRuns', keys.endedRuns('default', 20_000)],
    ['costs', keys.costs(1, 'default', '2026-03')],
    ['runSamples', keys.runSamples('default', 'w')],
    ['workflow', keys.workflow('default', 'w')],
    ['secrets', keys.secrets()],
    ['cached', keys.cached('k')],
    ['definition', keys.definition('default', 'w')],
    ['definitionLines', keys.definitionLines()],
    ['definitionPlan', keys.definitionPlan('hash')],
    ['subscriptions', keys.subscriptions()],
    ['definitionChanges', keys.definitionChanges()],
    ['tokens', keys.tokens()],
    ['tokenUses', keys.tokenUses()],
    ['auditRecords', keys.auditRecords()],
    ['auditEnds', keys.auditEnds()],
  ];
}

describe('what each user may touch', () => {
  it('every kind of key is in the sample, and somebody may change it', async () => {
    const samples = sampleKeys();
    expect(samples.map(([name]) => name).sort()).toEqual(Object.keys(AREA_OF_KEY).sort());
    for (const [name, key] of samples) {
      const users = await Promise.all(REDIS_USERS.map((user) => mayUse(user, 'DEL', key)));
      expect([name, users.includes(true)]).toEqual([name, true]);
    }
  });

  it('workers and orchestrators read secrets and change none, and see neither tokens nor the audit log', async () => {
    const { secrets, tokens, auditRecords, definitionLines } = createKeys();
    for (const user of ['worker', 'orchestrator'] as const) {
      expect(await mayUse(user, 'HGET', secrets(), 'x')).toBe(true);
      expect(await mayUse(user, 'HSET', secrets(), 'x', 'y')).toBe(false);
      for (const key of [tokens(), auditRecords()]) expect(await mayUse(user, 'HGETALL', key)).toBe(false);
      expect(await mayUse(user, 'HSET', definitionLines(), 'x', 'y')).toBe(false);
    }
  });

  it.each(REDIS_USERS)(
    '%s may give no command that rules the server, and touch no key of others',
    async (user) => {
      const forbidden = [
        ['FLUSHALL'],
        ['FLUSHDB'],
        ['KEYS', '*'],
        ['CONFIG', 'GET', '*'],
        ['CONFIG', 'SET', 'dir', '/tmp'],
        ['SHUTDOWN'],
        ['MONITOR'],
        ['DEBUG', 'SLEEP', '0'],
        ['REPLICAOF', 'no', 'one'],
        ['SCRIPT', 'FLUSH'],
        ['SCRIPT', 'KILL'],
        ['FUNCTION', 'FLUSH'],
        ['FUNCTION', 'LOAD', 'x'],
        ['ACL', 'LIST'],
        ['ACL', 'SETUSER', 'x'],
        ['SAVE'],
        ['BGSAVE'],
        ['CLIENT', 'KILL', 'ID', '1'],
        ['CLIENT', 'PAUSE', '1'],
        ['MODULE', 'LIST'],
        ['MIGRATE', 'h', '1', 'k', '0', '1'],
        ['RESTORE', `${DEFAULT_PREFIX}meta`, '0', 'x'],
        ['SWAPDB', '0', '1'],
        ['PUBLISH', 'c', 'm'],
        ['SUBSCRIBE', 'c'],
        ['GET', 'other:key'],
        ['SET', 'other:key', 'x'],
        ['GET', 'sluice'],
        ['GET', 'bull:x'],
      ];
      for (const command of forbidden)
        expect([command, await mayUse(user, ...command)]).toEqual([command, false]);
      const own = new Redis({ host: '127.0.0.1', port, username: `sluice-${user}`, password: user });
      try {
        await expect(own.eval('return redis.call("GET", KEYS[1])', 1, 'other:key')).rejects.toThrow('NOPERM');
        await expect(own.eval('return redis.call("SET", "other:key", 1)', 0)).rejects.toThrow();
        await expect(own.eval('return redis.call("FLUSHALL")', 0)).rejects.toThrow();
      } finally {
        own.disconnect();
      }
    },
  );

  it('signs of patterns in a prefix are no patterns', () => {
    const rules = accessRules('worker', { prefix: 'a*b?[c]:', channels: ['runs*'] });
    expect(rules).toContain('~a\\*b\\?\\[c\\]:meta ');
    expect(rules).toContain(' &runs\\* ');
  });

  it('only who delivers notifications may publish, and only to the channels that are named', async () => {
    expect(await mayUse('orchestrator', 'PUBLISH', CHANNEL, 'x')).toBe(true);
    expect(await mayUse('worker', 'PUBLISH', CHANNEL, 'x')).toBe(true);
    expect(await mayUse('server', 'PUBLISH', CHANNEL, 'x')).toBe(false);
    for (const user of REDIS_USERS) expect(await mayUse(user, 'SUBSCRIBE', CHANNEL)).toBe(false);
  });

  it('has a form without the two words that Redis 6.2 does not know', () => {
    for (const user of REDIS_USERS) {
      const [old, now] = [accessRules(user, { redis: '6.2' }), accessRules(user)];
      expect(old).not.toMatch(/%R~| -function /);
      expect(old).toBe(now.replaceAll('%R~', '~').replace(' -function', ''));
    }
  });

  it('stands in docs/security.md', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/security.md'), 'utf8');
    for (const user of REDIS_USERS)
      expect(text).toContain(`ACL SETUSER sluice-${user} on >PASSWORD ${accessRules(user)}\n`);
  });
});

/** Answers a promise of having heard notifications of all these types on the channel. */
async function listen(): Promise<(...types: readonly string[]) => Promise<void>> {
  const listener = new Redis(redis.connection);
  const heard = new Set<unknown>();
  let notice = () => {};
  listener.on('message', (_, text) => {
    heard.add(JSON.parse(text).type);
    notice();
  });
  await listener.subscribe(CHANNEL);
  return async (...types) => {
    await new Promise<void>((resolve) => {
      notice = () => types.every((type) => heard.has(type)) && resolve();
      notice();
    });
    listener.disconnect();
  };
}

/** Removes a plan of an applied workflow that nothing names. */
async function sweepAs(user: RedisUser): Promise<void> {
  const plan = createKeys().definitionPlan('f'.repeat(64));
  await admin.set(plan, '{}');
  const own = createConnections({
    options: { host: '127.0.0.1', port, username: `sluice-${user}`, password: user },
  });
  const remover = createRedisUnusedRemover(own, { shards: 16, idleMs: 0 });
  const sweeper = new Sweeper({ remover, clock: createManualClock(0), logger: SILENT });
  while ((await admin.exists(plan)) === 1) await sweeper.runOnce();
  await own.close();
}

it('the roles do their work under their users: secrets, artifacts, large outputs, schedules, cancelling, pruning, tokens', async () => {
  folder.write(
    'work.yaml',
    `
name: work
secrets: [TOKEN]
triggers: [{ every: 1h }]
notify: { channel: bus, on: success }
tasks:
  say: { uses: notify, with: { channel: bus, text: hello } }
  make:
    run: head -c 200000 /dev/zero | tr '\\0' x > big; echo "text=$(head -c 40000 big)" >> "$SLUICE_OUTPUT"; test -n "$TOKEN"
    env: { TOKEN: "\${{ secrets.TOKEN }}" }
    artifacts: { big: big }
  each: { needs: make, foreach: [1, 2, 3], run: "wc -c < big", files: { big: "\${{ tasks.make.artifacts.big }}" }, cache: { key: "k\${{ item }}" } }
`,
  );
  folder.write('long.yaml', 'name: long\ntasks: { a: { run: "echo begin; sleep 600" } }\n');
  const key = { SLUICE_SECRETS_KEY: Buffer.alloc(32, 5).toString('base64') };
  folder.write('token', 'geheim-und-lang');
  const server = { ...addressOf('server'), ...key };
  const run = async (...args: string[]) => {
    const end = await folder.run(args, server);
    expect([args, end.code, end.code === 0 ? '' : end.stderr]).toEqual([args, 0, '']);
    return end.stdout.trim();
  };
  const channels = { SLUICE_CHANNELS: JSON.stringify({ bus: { redis: { channel: CHANNEL } } }) };
  const orchestrator = folder.start(['orchestrator'], { ...addressOf('orchestrator'), ...channels });
  const worker = folder.start(['worker'], { ...addressOf('worker'), ...key, ...channels });
  const heard = await listen();
  await Promise.all([orchestrator.saw('orchestrator drives runs'), worker.saw('serves its queues')]);
  await run('secrets', 'set', 'TOKEN', '--file', 'token');
  await run('apply', 'work.yaml');
  await run('start', 'work', '--wait');
  await run('start', 'work', '--wait');
  await heard('message', 'run.succeeded');
  await run('schedules');
  const long = await run('start', 'long.yaml');
  await run('cancel', long);
  await folder.run(['watch', long], server);
  await run('limits');
  await run('tokens', 'create', 'ci');
  await run('audit', 'verify');
  await run('prune', '--retention', 'count=1');
  await sweepAs('orchestrator');
  expect(JSON.parse(await run('list', '--json')).runs.length).toBeGreaterThan(0);
  for (const role of [worker, orchestrator]) {
    role.kill('SIGTERM');
    const { code, stderr } = await role.ended;
    expect([code, stderr.includes('NOPERM')]).toEqual([0, false]);
  }
  const denied = (await admin.call('ACL', 'LOG')) as unknown[];
  const reasons = denied
    .map((entry) => JSON.stringify(entry))
    .filter((text) => !text.includes('other:key') && !text.includes('"config') && !text.includes('flushall'));
  expect(reasons).toEqual([]);
}, 120_000);
