/** `doctor` names what nothing refers to, and removes it, beside an installation that works: on a real Redis with each kind planted. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createBullTaskQueue } from '../../engine/bullmq/index.ts';
import { flightKey, SENT } from '../../engine/core/flight.ts';
import { shardOf } from '../../engine/core/run-id.ts';
import { SILENT } from '../../engine/ports/logger.ts';
import { type Connections, createConnections, createRedisArtifactStore } from '../../engine/redis/index.ts';
import { bundleHolder, packSource, storeBundle } from '../../engine/runtime/source/source-bundle.ts';
import { aTicket } from '../engine/bullmq/a-ticket.ts';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

const GHOST = '01JD2Z3B4V5N6M7K8J9H0G1F2E';
const SHARDS = 16;
const HASH = 'a'.repeat(64);

const folder = cliFolder();
let redis: PrivateRedis;
let connections: Connections;
let where: string[];
let ended: string;
let waiting: string;
let source: string;

const sluice = async (...args: string[]) => await folder.run([...args, ...where]);
const doctor = async (...args: string[]) => {
  const { stdout, stderr } = await sluice('doctor', '--json', ...args);
  if (stdout === '') throw new Error(stderr);
  const { findings } = JSON.parse(stdout) as { findings: { level: string; message: string }[] };
  const orphans = findings.filter(({ message }) =>
    /orphans|left keys|flight|ticket|in the lists|lists,|plan|source bundle/.test(message),
  );
  return { lines: orphans.map(({ level, message }) => `${level} ${message}`) };
};

beforeAll(async () => {
  await buildIfStale();
  redis = await privateRedis();
  connections = createConnections({ options: redis.connection });
  where = ['--redis', `unix://${redis.connection.path}`];
  folder.write('done.yaml', 'name: done\ntasks:\n  a: { run: "echo hello; echo x=1 >> $SLUICE_OUTPUT" }\n');
  folder.write(
    'busy.yaml',
    `name: busy
tasks:
  work: { run: "sleep 0.2", foreach: [1,2,3,4,5,6,7,8,9,10] }
  stop: { needs: work, uses: wait, with: { signal: go } }
  queued: { run: "true", queue: nobody }
`,
  );
  const roles = [folder.start(['orchestrator', ...where]), folder.start(['worker', ...where])];
  await Promise.all([roles[0]?.saw('orchestrator drives runs'), roles[1]?.saw('worker')]);
  await sluice('apply', 'busy.yaml', 'done.yaml');
  ended = (await sluice('start', 'done.yaml')).stdout.trim();
  waiting = (await sluice('start', 'busy.yaml')).stdout.trim();
  await vi.waitFor(async () => expect((await sluice('show', ended)).stdout).toContain('succeeded'), 20_000);
}, 120_000);

afterAll(async () => {
  await connections.close();
  await folder.remove();
  await redis.stop();
});

/** Each as a crash, a late worker or a lost write would leave it. */
async function plant(): Promise<void> {
  const { keys, call } = connections;
  const shard = shardOf(GHOST, SHARDS);
  await call('xadd', [keys.log(shard, GHOST, 0, 1), '*', 's', 'o']);
  await call('set', [keys.blob(shard, GHOST, 'task/0123456789abcdef/file'), 'bytes']);
  await call('sadd', [keys.live(shard), GHOST]);
  await call('hset', [keys.flight(shard), flightKey(GHOST, 1, 1, 1), SENT]);
  await call('hset', [keys.flight(shardOf(ended, SHARDS)), flightKey(ended, 0, 9, 9), SENT]);
  await call('set', [keys.plan(shard, HASH), '{}']);
  await call('set', [keys.definitionPlan(HASH), '{}']);
  folder.write('forgotten.txt', 'of no workflow');
  const bundle = await packSource(folder.path);
  source = bundleHolder(bundle.hash);
  await storeBundle(createRedisArtifactStore(connections, { shards: SHARDS }), source, bundle);
  const line = JSON.stringify({
    id: GHOST,
    namespace: 'default',
    workflow: 'lost',
    status: 'running',
    createdAt: 1,
  });
  await call('hset', [keys.runLine(GHOST), 'status', 3, 'line', line]);
  for (const list of [keys.runs('all'), keys.runs('workflow', 'lost'), keys.runs('status', 'running')])
    await call('zadd', [list, 1, GHOST]);
  await call('zrem', [keys.runs('all'), ended]);
  await call('del', [keys.runLine(ended)]);
  const queue = createBullTaskQueue({ connection: redis.connection, prefix: 'sluice:', logger: SILENT });
  await queue.add([aTicket({ run: GHOST, shard, queue: 'nobody' })]);
  await queue.close();
}

describe('doctor looks for orphans', () => {
  it('finds none where all is well, however young', async () => {
    expect((await doctor('--idle', '0s')).lines).toEqual([
      expect.stringMatching(/^ok No orphans among \d+ keys\.$/),
    ]);
  }, 30_000);

  it('leaves alone what was used a moment ago', async () => {
    await plant();
    const { lines } = await doctor();
    expect(lines.filter((line) => /left keys|ticket|plan|source/.test(line))).toEqual([]);
  }, 30_000);

  it('names each kind', async () => {
    const { lines } = await doctor('--idle', '0s');
    expect(lines).toEqual([
      `warning 1 run (${GHOST}), each of which left keys behind though it is gone.`,
      expect.stringMatching(
        `^warning 2 flights \\((${GHOST}:1:1:1, ${ended}:0:9:9|${ended}:0:9:9, ${GHOST}:1:1:1)\\), `,
      ),
      `warning 1 run in the lists (${GHOST}), each of which is not there.`,
      `warning 1 run (${ended}), each of which is missing from the lists, or has another status there.`,
      `ok 2 plans (${HASH}, ${HASH}), each of which is not used any more. Remove them: \`sluice doctor --repair\`.`,
      expect.stringContaining(`ok 1 source bundle (${source}), `),
      expect.stringMatching(`^warning 1 ticket in a queue \\(nobody/t-${GHOST}-`),
    ]);
  }, 30_000);

  it('mends the lists alone', async () => {
    expect((await doctor('--reindex')).lines).toEqual([
      `ok Taken out: 1 run in the lists (${GHOST}), each of which is not there.`,
      `ok Put into the lists: 1 run (${ended}), each of which is missing from the lists, or has another status there.`,
    ]);
    const listed = JSON.parse((await sluice('list', '--json')).stdout) as {
      runs: { id: string; status: string }[];
    };
    expect(listed.runs.find(({ id }) => id === ended)?.status).toBe('succeeded');
    expect(listed.runs.some(({ id }) => id === GHOST)).toBe(false);
  }, 30_000);

  it('removes the rest, and runs go on', async () => {
    const { lines } = await doctor('--repair', '--idle', '0s');
    expect(lines).toHaveLength(5);
    expect(lines.every((line) => line.startsWith('ok Removed: '))).toBe(true);
    expect((await doctor('--idle', '0s')).lines).toEqual([expect.stringContaining('No orphans')]);
    expect((await sluice('logs', ended)).stdout).toContain('hello');
    await sluice('signal', waiting, 'go');
    const worker = folder.start(['worker', '--queues', 'nobody', ...where]);
    await expect
      .poll(async () => (await sluice('show', waiting)).stdout, { timeout: 20_000 })
      .toContain('succeeded');
    worker.kill('SIGTERM');
    expect((await sluice('start', 'done')).code).toBe(0);
  }, 90_000);
});
