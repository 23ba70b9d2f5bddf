/** Artifacts on a real S3-compatible server, and what goes wrong with one. */
import { connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3ArtifactStore, type S3ArtifactStoreOptions } from '../../../engine/s3/artifact-store.ts';
import { artifactStoreContract } from '../../contract/artifact-store.ts';
import { type S3Server, s3Server } from '../../support/s3-server.ts';

const RUN = '01J8ZQ4T9W0000000000000000';
let server: S3Server;
let prefixes = 0;

beforeAll(async () => {
  server = await s3Server();
});
afterAll(() => server.close());

const store = (change: Partial<S3ArtifactStoreOptions> = {}) =>
  createS3ArtifactStore({ ...server.place, prefix: `p${prefixes++}`, ...change });
const close = async () => {};

artifactStoreContract('S3', async () => ({ artifacts: store(), close }));
artifactStoreContract('S3 in parts', async () => ({ artifacts: store({ partBytes: 100_000 }), close }));

describe('the S3 artifact store', () => {
  it('says where people find a file', () => {
    expect(store({ prefix: '/team/x/' }).locate(RUN, 'a/b.csv')).toBe(`s3://artifacts/team/x/${RUN}/a/b.csv`);
  });

  it('takes keys with any characters, and files that look like errors', async () => {
    const artifacts = store();
    const error = Buffer.from('<Error><Code>NoSuchBucket</Code></Error>');
    for (const key of ['a b/ü+c&d=?#%.csv', "it's (1)!*.xml"]) {
      await artifacts.put(RUN, key, error);
      expect(Buffer.from((await artifacts.get(RUN, key)) ?? [])).toEqual(error);
    }
  });

  it('removes what is of a run alone, in a bucket without a folder too', async () => {
    const artifacts = store({ prefix: '' });
    await artifacts.put(RUN, 'a', Uint8Array.of(1));
    for (const name of ['', '..', 'team', `${RUN}/a`, RUN.slice(0, 20)])
      await expect(artifacts.remove?.(name)).rejects.toThrow('which is no run id');
    expect(await artifacts.get(RUN, 'a')).toBeDefined();
    await artifacts.remove?.(RUN);
    expect(await server.names(RUN)).toEqual([]);
  });

  it.each([
    ['a wrong secret', { secretAccessKey: 'wrong' }, 'SLUICE_S3_SECRET_ACCESS_KEY'],
    ['a wrong key', { accessKeyId: 'nobody' }, 'SLUICE_S3_ACCESS_KEY_ID'],
    ['a bucket that is not there', { bucket: 'nothing-here' }, 'Create the bucket'],
  ])('refuses %s and says what to do', async (_, change, advice) => {
    const artifacts = store(change);
    const refused = { code: 'artifacts_refused', message: expect.stringContaining(advice) };
    await expect(artifacts.put(RUN, 'a', Uint8Array.of(1))).rejects.toMatchObject(refused);
    await expect(artifacts.get(RUN, 'a')).rejects.toMatchObject(refused);
    const parted = store({ ...change, partBytes: 1 });
    await expect(parted.put(RUN, 'a', Uint8Array.of(1, 2))).rejects.toMatchObject(refused);
  });

  it('is away where nothing listens', async () => {
    const left = createServer();
    const port = await listen(left);
    await new Promise((resolve) => left.close(resolve));
    const artifacts = store({ endpoint: `http://127.0.0.1:${port}` });
    await expect(artifacts.get(RUN, 'a')).rejects.toMatchObject({
      code: 'artifacts_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is away when it answers too late', async () => {
    const silent = createServer(() => {});
    const port = await listen(silent);
    const artifacts = store({ endpoint: `http://127.0.0.1:${port}`, timeoutMs: 50 });
    await expect(artifacts.get(RUN, 'a')).rejects.toMatchObject({ code: 'artifacts_unreachable' });
    silent.close();
  });

  it('has nothing of an upload in parts that broke off, and takes it the next time', async () => {
    const cut = await cuttingProxy(new URL(server.place.endpoint), 500_000);
    const prefix = `cut${prefixes++}`;
    const bytes = new Uint8Array(1_000_000).fill(7);
    const broken = store({ endpoint: cut.endpoint, prefix, partBytes: 200_000 });
    await expect(broken.put(RUN, 'a', bytes)).rejects.toMatchObject({ code: 'artifacts_unreachable' });
    cut.close();
    const whole = store({ prefix });
    expect(await whole.get(RUN, 'a')).toBeUndefined();
    await whole.put(RUN, 'a', bytes);
    expect((await whole.get(RUN, 'a'))?.length).toBe(1_000_000);
  });

  it('says so when an upload in one piece broke off, and takes it the next time', async () => {
    const cut = await cuttingProxy(new URL(server.place.endpoint), 500_000);
    const prefix = `cut${prefixes++}`;
    const bytes = new Uint8Array(1_000_000).fill(7);
    const broken = store({ endpoint: cut.endpoint, prefix });
    await expect(broken.put(RUN, 'a', bytes)).rejects.toMatchObject({ code: 'artifacts_unreachable' });
    cut.close();
    const whole = store({ prefix });
    await whole.put(RUN, 'a', bytes);
    expect((await whole.get(RUN, 'a'))?.length).toBe(1_000_000);
  });

  it('never tells its keys', async () => {
    const artifacts = store({ secretAccessKey: 'canary-secret', bucket: 'nothing-here' });
    const error = await artifacts.get(RUN, 'a').catch((thrown: unknown) => thrown);
    expect(`${error instanceof Error ? error.stack : ''}${JSON.stringify(error)}`).not.toContain('canary');
  });
});

function listen(listening: Server): Promise<number> {
  return new Promise((resolve) => {
    listening.listen(0, '127.0.0.1', () => {
      const address = listening.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

/** Passes so many bytes on, all connections together; then it cuts all connections. */
async function cuttingProxy(target: URL, bytes: number) {
  let left = bytes;
  const proxy = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    client.on('data', (chunk) => {
      left -= chunk.length;
      if (left > 0) upstream.write(chunk);
      else for (const socket of [client, upstream]) socket.destroy();
    });
    upstream.on('data', (chunk) => client.write(chunk));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
  });
  const port = await listen(proxy);
  return { endpoint: `http://127.0.0.1:${port}`, close: () => proxy.close() };
}
