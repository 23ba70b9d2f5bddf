/** Logs in a bucket of a real S3-compatible server, through the real program: written, read, searched, followed, pruned; and the bucket away. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createConnections, createRedisRunIndex } from '../../engine/redis/index.ts';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';
import { type TestRedis, testRedis } from '../support/redis.ts';
import { type S3Server, s3Server } from '../support/s3-server.ts';

const CHATTY = `
name: chatty
tasks:
  count:
    run: seq -f 'line %g' 3000; echo oops >&2
  after:
    needs: count
    run: echo done
`;

/** Goes on when the test says so. */
const WAITING = `
name: waiting
tasks:
  wait:
    run: echo first; while [ ! -e "$GATE" ]; do sleep 0.1; done; echo last
    env: { GATE: "\${{ inputs.gate }}" }
inputs:
  gate: string
`;

const PLACE = 's3://artifacts/team';
const folder = cliFolder();
let server: S3Server;
let redis: TestRedis;
let env: { readonly [name: string]: string };

beforeAll(async () => {
  await buildIfStale();
  [server, redis] = await Promise.all([s3Server(), testRedis()]);
  const { connection } = redis;
  env = {
    REDIS_URL: redis.url ?? ('path' in connection ? `unix://${connection.path}` : ''),
    SLUICE_PREFIX: `${redis.prefix}:`,
    SLUICE_S3_ENDPOINT: server.place.endpoint,
    SLUICE_S3_ACCESS_KEY_ID: server.place.accessKeyId,
    SLUICE_S3_SECRET_ACCESS_KEY: server.place.secretAccessKey,
  };
  folder.write('chatty.yaml', CHATTY);
  folder.write('waiting.yaml', WAITING);
}, 180_000);

afterEach(() => {
  server.fault = () => undefined;
});
afterAll(async () => {
  await folder.remove();
  await Promise.all([server.close(), redis.close()]);
});

const sluice = (...args: string[]) => folder.run(args, { ...env, SLUICE_LOGS: PLACE });
const puts = () => server.requests.filter((request) => request.startsWith('PUT '));
const isPut = ({ method }: { readonly method?: string | undefined }) => method === 'PUT';
const counted = Array.from({ length: 3_000 }, (_, i) => `line ${i + 1}`);

async function runChatty() {
  const { stdout, stderr, code } = await folder.run(['run', 'chatty.yaml', '--json', '--logs', PLACE], env);
  const view = JSON.parse(stdout);
  expect([code, view.status], stderr).toEqual([0, 'succeeded']);
  return { run: view.id as string, stderr };
}

async function countedLines(run: string): Promise<string[]> {
  const { stdout } = await sluice('logs', `${run}/count`, '--jsonl');
  const lines = stdout.trim().split('\n');
  return lines
    .map((line) => JSON.parse(line))
    .flatMap(({ stream, text }) => (stream === 'stdout' ? text : []));
}

describe('logs in a bucket', () => {
  it('are written in a few objects, read and searched', { timeout: 60_000 }, async () => {
    const before = puts().length;
    const { run } = await runChatty();
    expect(puts().length - before).toBeLessThanOrEqual(6);
    expect(puts().at(-1)).toContain(`/artifacts/team/${run}/1-1/`);
    expect(await countedLines(run)).toEqual(counted);
    expect((await sluice('logs', run, '--grep', 'OOPS', '--ignore-case')).stdout).toBe('[count] oops\n');
    const found = JSON.parse(
      (await sluice('logs', run, '--grep', 'line 29\\d9$', '--regex', '--json')).stdout,
    );
    expect(found.lines.map(({ text }: { text: string }) => text)).toHaveLength(10);
    expect((await sluice('logs', run, 'after')).stdout).toBe('done\n');
    const elsewhere = await folder.run(['logs', run], env);
    expect(elsewhere.stderr).toContain('No lines were logged');
  });

  it('are followed while the task writes', { timeout: 60_000 }, async () => {
    const gate = join(folder.path, 'open');
    const work = folder.start(['run', 'waiting.yaml', '--input', `gate=${gate}`, '--logs', PLACE], env);
    await work.saw('first');
    const { stdout } = await sluice('list', '--status', 'running', '--json');
    const [{ id }] = JSON.parse(stdout).runs;
    const following = folder.start(['logs', id, '-f'], { ...env, SLUICE_LOGS: PLACE });
    await following.saw('first');
    expect(existsSync(gate)).toBe(false);
    writeFileSync(gate, '');
    expect(await following.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('last') });
    expect((await work.ended).code).toBe(0);
  });

  it('have every line once after the bucket was away, and answers were lost', {
    timeout: 60_000,
  }, async () => {
    let heard = 0;
    server.fault = (request) => {
      if (!isPut(request)) return undefined;
      heard++;
      return heard <= 2 ? 'away' : heard <= 4 ? 'lost' : undefined;
    };
    const { run } = await runChatty();
    expect(heard).toBeGreaterThan(4);
    expect(await countedLines(run)).toEqual(counted);
  });

  it('fail no task while the bucket is away, and how many lines are lost is said', {
    timeout: 60_000,
  }, async () => {
    server.fault = (request) => (isPut(request) ? 'away' : undefined);
    const { stderr } = await runChatty();
    expect(stderr).toContain('s3://artifacts');
    expect(stderr).toMatch(/error: lines of logs are lost: .*\(logs=2 lines=3002\)/);
  });

  it.each([
    ['s3://artifacts/x', { SLUICE_S3_ACCESS_KEY_ID: '' }, 2, 'SLUICE_S3_ACCESS_KEY_ID'],
    ['s3://', {}, 2, 'names no bucket'],
    ['ftp://x', {}, 2, 'write redis, s3://bucket/prefix, or a folder'],
    ['s3://missing-bucket', {}, 3, 'correct its name in `--logs`'],
  ])('cannot be kept in %s', { timeout: 60_000 }, async (place, change, code, why) => {
    const { stdout } = await sluice('list', '--json');
    const [{ id }] = JSON.parse(stdout).runs;
    const reply = await folder.run(['logs', id, '--logs', place], { ...env, ...change });
    expect(reply).toMatchObject({ code, stderr: expect.stringContaining(why) });
  });

  it('go with their run when it is pruned', { timeout: 60_000 }, async () => {
    const { run } = await runChatty();
    await endHoursAgo(run);
    const { stdout, code } = await sluice('prune', '--retention', 'succeeded=1h');
    expect([code, stdout]).toEqual([0, expect.stringContaining(run)]);
    const asked = server.requests.length;
    expect((await sluice('logs', run)).code).toBe(4);
    expect(server.requests.length).toBe(asked);
    expect(await server.names(`team/${run}/`)).toEqual([]);
    expect((await server.names('team/')).length).toBeGreaterThan(0);
  });
});

/** Nothing is pruned within a minute of its end. */
async function endHoursAgo(run: string): Promise<void> {
  const connections = createConnections({ options: redis.connection, prefix: `${redis.prefix}:` });
  try {
    const index = createRedisRunIndex(connections);
    const { runs } = await index.list({}, 100);
    const ended = runs.find(({ id }) => id === run);
    if (ended?.finishedAt === undefined) throw new Error('the run is not in the list, or has not ended');
    await index.record({ ...ended, finishedAt: ended.finishedAt - 2 * 3_600_000 });
  } finally {
    await connections.close();
  }
}
