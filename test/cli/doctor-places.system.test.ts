/** `doctor` looks at buckets that keep artifacts and logs: through the real program, on a real S3-compatible server. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newRunId } from '../../engine/core/run-id.ts';
import { createS3ArtifactStore } from '../../engine/s3/artifact-store.ts';
import { createS3LogStore } from '../../engine/s3/log-store.ts';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';
import { type TestRedis, testRedis } from '../support/redis.ts';
import { type S3Server, s3Server } from '../support/s3-server.ts';

const ARTIFACTS = 's3://artifacts/files';
const LOGS = 's3://artifacts/logs';
const GHOST = newRunId(Date.UTC(2026, 0, 1), new Uint8Array(10));

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
    SLUICE_ARTIFACTS: ARTIFACTS,
    SLUICE_LOGS: LOGS,
  };
}, 180_000);

afterEach(() => {
  server.fault = () => undefined;
});
afterAll(async () => {
  await folder.remove();
  await Promise.all([server.close(), redis.close()]);
});

/** What it says of places, and its exit code. */
async function doctor(...args: string[]) {
  const { stdout, stderr, code } = await folder.run(['doctor', '--json', ...args], env);
  if (stdout === '') throw new Error(stderr);
  const { findings } = JSON.parse(stdout) as { findings: { level: string; message: string }[] };
  const lines = findings.flatMap(({ level, message }) =>
    /^(Artifacts|Logs) in/.test(message) ? [`${level} ${message}`] : [],
  );
  return { lines, code };
}

describe('doctor looks at the places of artifacts and logs', () => {
  it('which are well, and leaves nothing there', async () => {
    folder.write(
      'made.yaml',
      'name: made\ntasks:\n  a: { run: "echo hello | tee word", artifacts: { word: word } }\n',
    );
    expect((await folder.run(['run', 'made.yaml'], env)).code).toBe(0);
    await folder.run(['apply', 'made.yaml'], env);
    const before = await server.names('');
    expect(await doctor()).toEqual({
      code: 0,
      lines: [
        `ok Artifacts in ${ARTIFACTS} can be stored, read and deleted.`,
        expect.stringMatching(/^ok Artifacts in .* are of \d runs?; no orphans\.$/),
        `ok Logs in ${LOGS} can be stored, read and deleted.`,
        `ok Logs in ${LOGS} are of 1 run; no orphans.`,
      ],
    });
    expect(await server.names('')).toEqual(before);
  }, 60_000);

  it('and tells what is there of runs that are not', async () => {
    const artifacts = createS3ArtifactStore({ ...server.place, prefix: 'files' });
    await artifacts.put(GHOST, 'a/b', Uint8Array.of(1));
    const logs = createS3LogStore({ ...server.place, prefix: 'logs' });
    await logs.append({ run: GHOST, node: 0, attempt: 1 }, [{ at: 1, stream: 'stdout', text: 'x' }]);
    // Perhaps on its way.
    await artifacts.put(newRunId(Date.now(), new Uint8Array(10)), 'a', Uint8Array.of(1));
    const { lines, code } = await doctor();
    expect([lines[1], lines[3], code]).toEqual([
      `warning Artifacts in ${ARTIFACTS} are there of 1 run (${GHOST}) that this installation does not have.`,
      `warning Logs in ${LOGS} are there of 1 run (${GHOST}) that this installation does not have.`,
      0,
    ]);
    expect(await artifacts.get(GHOST, 'a/b')).toBeDefined();
  }, 60_000);

  it.each([
    ['may not be written', (method: string) => method === 'PUT', 'error', 'cannot be stored and read', 1],
    ['may not be deleted from', (method: string) => method === 'POST', 'warning', 'not be deleted', 0],
  ] as const)(
    'which %s',
    async (_, isRefused, level, message, exit) => {
      server.fault = ({ method = '' }) => (isRefused(method) ? 'refused' : undefined);
      const { lines, code } = await doctor();
      const found = lines.filter((line) => line.startsWith(level) && line.includes(message));
      expect([found.length, code]).toEqual([2, exit]);
      for (const line of found) expect(line).toContain('Allow this key to list the bucket, and to read');
    },
    60_000,
  );

  it('which are away', async () => {
    server.fault = () => 'away';
    const { lines, code } = await doctor();
    expect([lines.length, code]).toEqual([2, 1]);
    for (const line of lines) expect(line).toContain('does not answer');
  }, 60_000);
});
