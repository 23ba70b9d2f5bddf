/** `sluice artifacts` and `sluice secrets` through the real program, with a bucket on a real S3-compatible server. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';
import { type S3Server, s3Server } from '../support/s3-server.ts';

const KEEPING = `
name: keeping
tasks:
  make:
    run: printf 'one,two' > out.csv
    artifacts: { table: out.csv }
  use:
    foreach: [a, b]
    run: cat in.csv; cp in.csv "copy.$ITEM"
    env: { ITEM: "\${{ item }}" }
    files: { in.csv: "\${{ tasks.make.artifacts.table }}" }
    artifacts: { copy: "copy.\${{ item }}" }
`;

const SECRET = `
name: secretive
secrets: [TOKEN]
tasks:
  say:
    run: echo "it is $TOKEN"; echo "length=\${#TOKEN}" >> "$SLUICE_OUTPUT"
    env: { TOKEN: "\${{ secrets.TOKEN }}" }
outputs: { length: "\${{ tasks.say.outputs.length }}" }
`;

const folder = cliFolder();
let server: S3Server;
let env: { readonly [name: string]: string };

beforeAll(async () => {
  await buildIfStale();
  server = await s3Server();
  env = {
    SLUICE_S3_ENDPOINT: server.place.endpoint,
    SLUICE_S3_ACCESS_KEY_ID: server.place.accessKeyId,
    SLUICE_S3_SECRET_ACCESS_KEY: server.place.secretAccessKey,
  };
  folder.write('keeping.yaml', KEEPING);
  folder.write('secret.yaml', SECRET);
}, 120_000);

afterAll(async () => {
  await folder.remove();
  await server.close();
});

describe('files in a bucket', () => {
  const place = { SLUICE_ARTIFACTS: 's3://artifacts/team' };
  let run: string;

  beforeAll(async () => {
    const { stdout, stderr } = await folder.run(
      ['run', 'keeping.yaml', '--json', '--artifacts', 's3://artifacts/team'],
      env,
    );
    const view = JSON.parse(stdout);
    expect(view.status, stderr).toBe('succeeded');
    run = view.id;
  }, 60_000);

  it('are listed with their places', async () => {
    const { stdout, code } = await folder.run(['artifacts', run, '--json'], { ...env, ...place });
    expect(code).toBe(0);
    const { artifacts } = JSON.parse(stdout);
    expect(artifacts.map(({ node, name }: { node: string; name: string }) => `${node} ${name}`)).toEqual([
      'make table',
      'use[0] copy',
      'use[1] copy',
    ]);
    expect(artifacts[0]).toMatchObject({
      bytes: 7,
      run,
      place: expect.stringContaining(`s3://artifacts/team/${run}/make/`),
    });
    const table = await folder.run(['artifacts', run], { ...env, ...place });
    expect(table.stdout).toMatch(/^Node +Name +Bytes +Place\nmake +table +7 +s3:/);
  });

  it('are fetched by node and name, and written over only when told to', async () => {
    const get = (...args: string[]) => folder.run(['artifacts', 'get', run, ...args], { ...env, ...place });
    expect(await get('make', 'table')).toMatchObject({ code: 0, stderr: 'Wrote out.csv (7 bytes).\n' });
    expect(readFileSync(join(folder.path, 'out.csv'), 'utf8')).toBe('one,two');
    expect(await get('make', 'table')).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    expect(await get('make', 'table', '--force', '--artifacts', 's3://artifacts/team')).toMatchObject({
      code: 0,
    });
    expect(await get('use[1]', 'copy', '-o', '-')).toMatchObject({ code: 0, stdout: 'one,two' });
    expect(await get('use[1]', 'table')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('"use[1]" has copy'),
    });
    expect(await get('gone', 'table')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('sluice artifacts'),
    });
  });

  it('are not found in another store', async () => {
    const reply = await folder.run(['artifacts', 'get', run, 'make', 'table', '-o', 'other'], env);
    expect(reply).toMatchObject({ code: 4, stderr: expect.stringContaining('--artifacts') });
    expect(existsSync(join(folder.path, 'other'))).toBe(false);
  });

  it.each([
    ['s3://artifacts/x', {}, 'SLUICE_S3_ACCESS_KEY_ID'],
    ['s3://', { SLUICE_S3_ACCESS_KEY_ID: 'a', SLUICE_S3_SECRET_ACCESS_KEY: 'b' }, 'names no bucket'],
    ['ftp://x', {}, 'no place for artifacts'],
  ])('cannot be kept in %s', async (wrong, variables, why) => {
    const reply = await folder.run(['artifacts', run, '--artifacts', wrong], variables);
    expect(reply).toMatchObject({ code: 2, stderr: expect.stringContaining(why) });
  });

  it('cost the task its success where the bucket is not there, with the reason', async () => {
    const { stdout } = await folder.run(
      ['run', 'keeping.yaml', '--json', '--artifacts', 's3://missing-bucket'],
      env,
    );
    const [make] = JSON.parse(stdout).nodes;
    expect(make.attempts.at(-1).error).toMatchObject({
      code: 'artifact_store_refused',
      message: expect.stringContaining('Create the bucket'),
    });
  }, 60_000);
});

describe('a secret', () => {
  it('is stored, used, listed and removed, and never shown', async () => {
    folder.write('token.txt', 'canary-of-cli\n');
    const set = await folder.run(['secrets', 'set', 'TOKEN', '--file', 'token.txt']);
    expect(set).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('Stored TOKEN') });
    expect(statSync(join(folder.path, '.sluice', 'secrets.key')).mode & 0o777).toBe(0o600);

    const { stdout, stderr } = await folder.run(['run', 'secret.yaml', '--json']);
    const view = JSON.parse(stdout);
    expect(view, stderr).toMatchObject({ status: 'succeeded', outputs: { length: '13' } });
    const logs = await folder.run(['logs', view.id]);
    expect(logs.stdout).toContain('it is ***');

    const list = await folder.run(['secrets', 'list', '--json']);
    expect(JSON.parse(list.stdout).secrets).toEqual([
      {
        name: 'TOKEN',
        namespace: 'default',
        source: 'store',
        changed_at: expect.any(String),
        key: expect.any(String),
      },
    ]);
    for (const said of [set, logs, list, { stdout, stderr }])
      expect(said.stdout + said.stderr).not.toContain('canary');

    expect(await folder.run(['secrets', 'rm', 'TOKEN'])).toMatchObject({ code: 0 });
    expect(await folder.run(['secrets', 'rm', 'TOKEN'])).toMatchObject({ code: 4 });
    const without = await folder.run(['run', 'secret.yaml', '--json']);
    expect(JSON.parse(without.stdout).nodes[0].attempts[0].error).toMatchObject({
      code: 'secret_unavailable',
    });
    const own = await folder.run(['run', 'secret.yaml', '--json'], {
      SLUICE_SECRET_TOKEN: 'of-this-machine',
    });
    expect(JSON.parse(own.stdout).outputs).toEqual({ length: '15' });
  }, 60_000);

  it('is encrypted anew by another key', async () => {
    const key = async () => (await folder.run(['secrets', 'key'])).stdout.trim();
    const [old, fresh] = [await key(), await key()];
    expect(old).not.toBe(fresh);
    folder.write('value.txt', 'some-value');
    await folder.run(['secrets', 'set', 'ROTATED', '--file', 'value.txt'], { SLUICE_SECRETS_KEY: old });
    const rotated = await folder.run(['secrets', 'rotate'], { SLUICE_SECRETS_KEY: `${fresh},${old}` });
    expect(rotated).toMatchObject({ code: 0, stderr: expect.stringContaining('1 secret anew') });
    const again = await folder.run(['secrets', 'rotate'], { SLUICE_SECRETS_KEY: fresh });
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('0 secrets') });
  }, 60_000);
});
