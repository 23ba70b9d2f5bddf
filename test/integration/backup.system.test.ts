/** What docs/operations.md tells about backups is done here: saved in the middle of a run, lost, restored, and the run goes on to its end. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

const WORKFLOW = `
name: before-and-after
tasks:
  before: { run: [sleep, "0.1"] }
  after:
    needs: before
    run: touch "$HERE/begun"; while [ ! -e "$HERE/go" ]; do sleep 0.1; done
    env: { HERE: "\${{ inputs.folder }}" }
inputs: { folder: string }
`;

let redis: PrivateRedis | undefined;
let folder: CliFolder | undefined;

afterEach(async () => {
  await folder?.remove();
  await redis?.stop();
});

const WAYS: readonly [string, Way][] = [
  ['an RDB file', { save: saveRdb, restore: restoreRdb }],
  ['the append-only files', { save: saveAof, restore: restoreAof }],
];

interface Way {
  save(redis: PrivateRedis, client: Redis, to: string): Promise<void>;
  restore(redis: PrivateRedis, from: string): Promise<void>;
}

describe('a backup', () => {
  it.each(WAYS)(
    'of %s brings a run back, which goes on where it was',
    async (_, { save, restore }) => {
      await buildIfStale();
      redis = await privateRedis();
      folder = cliFolder();
      folder.write('workflow.yaml', WORKFLOW);
      const env = { REDIS_URL: `unix://${redis.connection.path}` };
      const backup = join(folder.path, 'backup');

      const roles = await startRoles(folder, env);
      const started = await folder.run(['start', 'workflow.yaml', '-i', `folder=${folder.path}`], env);
      const run = started.stdout.trim();
      expect(started.stderr).toBe('');
      // What comes before it has been stored by then.
      await untilThere(join(folder.path, 'begun'));
      const client = new Redis({ ...redis.connection });
      await save(redis, client, backup);
      client.disconnect();

      for (const role of roles) role.kill('SIGKILL');
      await Promise.all(roles.map(({ ended }) => ended));
      await redis.kill9();
      for (const name of readdirSync(redis.directory))
        if (/rdb|appendonly/.test(name)) rmSync(join(redis.directory, name), { recursive: true });
      await restore(redis, backup);

      await startRoles(folder, env);
      writeFileSync(join(folder.path, 'go'), '');
      const watched = await folder.run(['watch', run], env);
      expect(watched.code, watched.stderr).toBe(0);
      const shown = JSON.parse((await folder.run(['show', run, '--json'], env)).stdout) as Shown;
      expect(shown.nodes.find(({ id }) => id === 'before')?.attempts).toHaveLength(1);
    },
    120_000,
  );

  it('as an RDB file is not loaded by a Redis that is started with its append-only file on: the trap that the page warns of', async () => {
    redis = await privateRedis();
    const client = new Redis({ ...redis.connection });
    await client.set('kept', '1');
    await client.save();
    client.disconnect();
    await redis.kill9();
    rmSync(join(redis.directory, 'appendonlydir'), { recursive: true });
    await redis.restart();
    const empty = new Redis({ ...redis.connection });
    expect(await empty.dbsize()).toBe(0);
    empty.disconnect();
  });
});

interface Shown {
  readonly nodes: readonly { readonly id: string; readonly attempts: readonly unknown[] }[];
}

async function startRoles(place: CliFolder, env: { readonly [name: string]: string }) {
  const roles = [place.start(['orchestrator'], env), place.start(['worker', '--queues', 'default:2'], env)];
  await Promise.all([roles[0]?.saw('drives runs'), roles[1]?.saw('serves its queues')]);
  return roles;
}

async function untilThere(path: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!existsSync(path)) {
    if (Date.now() > deadline) throw new Error(`${path} never came.`);
    await pause(50);
  }
}

async function saveRdb(redis: PrivateRedis, client: Redis, to: string): Promise<void> {
  await client.bgsave();
  await untilInfo(client, 'rdb_bgsave_in_progress:0');
  await cp(join(redis.directory, 'dump.rdb'), join(to, 'dump.rdb'));
}

async function restoreRdb(redis: PrivateRedis, from: string): Promise<void> {
  await cp(join(from, 'dump.rdb'), join(redis.directory, 'dump.rdb'));
  await redis.restart(['--appendonly', 'no']);
  const client = new Redis({ ...redis.connection });
  await client.config('SET', 'appendonly', 'yes');
  await untilInfo(client, 'aof_rewrite_in_progress:0', 'aof_rewrite_scheduled:0');
  client.disconnect();
  await redis.restart();
}

async function saveAof(redis: PrivateRedis, client: Redis, to: string): Promise<void> {
  await client.config('SET', 'auto-aof-rewrite-percentage', '0');
  await untilInfo(client, 'aof_rewrite_in_progress:0');
  await cp(join(redis.directory, 'appendonlydir'), join(to, 'appendonlydir'), { recursive: true });
  await client.config('SET', 'auto-aof-rewrite-percentage', '100');
}

async function restoreAof(redis: PrivateRedis, from: string): Promise<void> {
  await cp(join(from, 'appendonlydir'), join(redis.directory, 'appendonlydir'), { recursive: true });
  await redis.restart();
}

async function untilInfo(client: Redis, ...wanted: readonly string[]): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const info = await client.info('persistence');
    if (wanted.every((line) => info.includes(line))) return;
    if (Date.now() > deadline) throw new Error(`Redis never said ${wanted.join(', ')}: ${info}`);
    await pause(50);
  }
}
