/** The pruner on a real Redis: what it must leave to those that stay. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunHeader } from '../../../engine/core/run-header.ts';
import { newRunId, shardOf } from '../../../engine/core/run-id.ts';
import { createManualClock } from '../../../engine/memory/index.ts';
import type { ArtifactStore } from '../../../engine/ports/artifact-store.ts';
import { type Logger, SILENT } from '../../../engine/ports/logger.ts';
import {
  createRedisArtifactStore,
  createRedisDefinitionStore,
  createRedisRunIndex,
  createRedisRunRemover,
  createRedisShardStore,
} from '../../../engine/redis/index.ts';
import { Pruner, pruneAll } from '../../../engine/runtime/pruner.ts';
import { writeArchive } from '../../../engine/runtime/source/source-archive.ts';
import { fetchBundle, storeBundle } from '../../../engine/runtime/source/source-bundle.ts';
import { createS3ArtifactStore } from '../../../engine/s3/artifact-store.ts';
import { aHeader, aPlan } from '../../support/run-builder.ts';
import { type S3Server, s3Server } from '../../support/s3-server.ts';
import { openConnections } from './make-store.ts';

const HOUR = 3_600_000;

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

async function openStores({
  bucket,
  logger = SILENT,
}: {
  readonly bucket?: ArtifactStore;
  readonly logger?: Logger;
} = {}) {
  const opened = await openConnections();
  close = opened.close;
  const { connections } = opened;
  const store = createRedisShardStore(connections);
  const shards = await store.shards();
  const artifacts = bucket ?? createRedisArtifactStore(connections, { shards });
  const index = createRedisRunIndex(connections);
  let begun = 0;
  const nextId = () => newRunId(Date.now() + begun++, new Uint8Array(10));

  /** A run that is there, ended an hour ago or still live. */
  async function begin(status: 'succeeded' | 'running', more: Partial<RunHeader> = {}): Promise<string> {
    const plan = aPlan(['a'], { name: 'read' });
    const header = aHeader(plan, { id: nextId(), ...more });
    await store.start(header, plan);
    const createdAt = (await store.now()) - HOUR + begun;
    const ended = status === 'running' ? {} : { finishedAt: createdAt };
    if (status !== 'running') await end(header.id, { status, ...ended });
    await index.record({ ...header, status, createdAt, ...ended });
    return header.id;
  }

  async function end(run: string, progress: object): Promise<void> {
    const lease = await store.acquire(shardOf(run, shards), 'o', 60_000);
    if (!lease) throw new Error('the shard is taken');
    const none = { set: [], remove: [] };
    const change = { run, header: JSON.stringify(progress), live: false, records: [], outputs: [] };
    const commit = { cursor: null, expect: [], requires: [run], runs: [change], flights: none, timers: none };
    expect((await store.commit(lease, lease.n + 1, commit)).kind).toBe('ok');
  }

  /** Of the workflow none is kept for its own sake. */
  const options = {
    store,
    index,
    definitions: createRedisDefinitionStore(connections),
    remover: createRedisRunRemover(connections, { shards }),
    artifacts,
    shards,
    retention: { count: 0 },
    clock: createManualClock(0),
    logger,
  };

  async function prune(): Promise<readonly string[]> {
    const pruned: string[] = [];
    await pruneAll(options, ({ run }) => pruned.push(run.id));
    return pruned;
  }
  return { artifacts, nextId, begin, prune, pruner: new Pruner(options) };
}

/** As `sluice run` keeps a folder: under the id of the run. */
function someFiles() {
  const file = { path: 'word.txt', bytes: Buffer.from('shibboleth'), isExecutable: false };
  return writeArchive({ files: [file], links: [] });
}

describe('files that a run holds', () => {
  it.each(['live', 'kept'] as const)('stay while another %s run uses them', async (why) => {
    const { artifacts, nextId, begin, prune } = await openStores();
    const former = nextId();
    const source = await storeBundle(artifacts, former, someFiles());
    const old = await begin('succeeded', { id: former, source });
    const other = await begin('succeeded');
    const user = why === 'live' ? await begin('running', { source }) : undefined;
    const child = user ?? (await begin('succeeded', { source, parent: aParent(await begin('running')) }));
    expect(await prune()).toEqual([other]);
    const { bundle } = source as { bundle: string };
    expect((await fetchBundle(artifacts, old, bundle)).bytes.length).toBeGreaterThan(0);
    expect(child).not.toBe(old);
  });

  it('go with the last run that uses them', async () => {
    const { artifacts, nextId, begin, prune } = await openStores();
    const former = nextId();
    const source = await storeBundle(artifacts, former, someFiles());
    await begin('succeeded', { id: former, source });
    const rerun = await begin('succeeded', { source });
    expect(await prune()).toEqual([rerun, former]);
    const { bundle } = source as { bundle: string };
    await expect(fetchBundle(artifacts, former, bundle)).rejects.toThrow('is not in the artifact store');
  });
});

function aParent(run: string) {
  return { run, node: 0, generation: 1, attempt: 1 };
}

describe('artifacts in a bucket', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await s3Server();
  });
  afterAll(() => server.close());
  afterEach(() => {
    server.fault = () => undefined;
  });
  const isDelete = ({ url = '' }: { readonly url?: string | undefined }) => url.includes('?delete');

  async function openBucket(prefix: string) {
    const warnings: unknown[] = [];
    const logger = { ...SILENT, warn: (message: string) => void warnings.push(message) };
    const bucket = createS3ArtifactStore({ ...server.place, prefix });
    const stores = await openStores({ bucket, logger });
    const end = async () => {
      const run = await stores.begin('succeeded');
      for (const key of ['a/1', 'a/2']) await bucket.put(run, key, Uint8Array.of(1));
      return run;
    };
    return { ...stores, end, warnings, names: () => server.names(`${prefix}/`) };
  }

  it('go with their runs, and no others', async () => {
    const { begin, artifacts, end, prune, names } = await openBucket('together');
    const runs = [await end(), await end()];
    const live = await begin('running');
    await artifacts.put(live, 'a', Uint8Array.of(1));
    expect([...(await prune())].sort()).toEqual(runs.sort());
    expect(await names()).toEqual([`together/${live}/a`]);
  });

  it('wait for a bucket that is away, and no other run goes before it is back', async () => {
    const { end, pruner, names } = await openBucket('away');
    for (let i = 0; i < 3; i++) await end();
    server.fault = () => 'away';
    for (let tries = 0; tries < 2; tries++)
      await expect(pruner.runOnce()).rejects.toMatchObject({ code: 'artifacts_unreachable' });
    expect(await names()).toHaveLength(6);
    server.fault = () => undefined;
    const { pruned, done } = await pruner.runOnce();
    expect([pruned.length, done]).toEqual([2, true]);
    expect(await names()).toEqual([]);
  });

  it('stay where the key may not delete, and their runs go all the same', async () => {
    const { end, prune, names, warnings } = await openBucket('refused');
    for (let i = 0; i < 3; i++) await end();
    server.fault = (request) => (isDelete(request) ? 'refused' : undefined);
    expect(await prune()).toHaveLength(3);
    expect(await names()).toHaveLength(6);
    expect(warnings).toEqual(Array(3).fill('what a removed run has left cannot be deleted'));
  });
});
