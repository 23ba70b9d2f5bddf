import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../engine/core/errors.ts';
import type { ArtifactRef } from '../../../../engine/core/ticket.ts';
import { createMemoryArtifactStore } from '../../../../engine/memory/index.ts';
import { SILENT } from '../../../../engine/ports/logger.ts';
import type { OpenWorkspace } from '../../../../engine/ports/workspace.ts';
import { createLocalWorkspace } from '../../../../engine/runtime/files/local-workspace.ts';
import { packSource, storeBundle } from '../../../../engine/runtime/source/source-bundle.ts';
import { removeReadOnly } from '../../../../engine/runtime/source/source-cache.ts';
import { aRig, aTicket, instantExecutor, RUN } from '../worker-rig.ts';

let base: string;
let root: string;
const artifacts = createMemoryArtifactStore({ maxBytes: 1_000_000 });
const signal = new AbortController().signal;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'sluice-workspace-'));
  root = join(base, 'attempts');
});

afterEach(() => removeReadOnly(base));

function aWorkspace(store = artifacts) {
  return createLocalWorkspace({
    root,
    cacheDirectory: join(base, 'cache'),
    artifacts: store,
    logger: SILENT,
  });
}

async function anArtifact(content: string, key = `k/${content}`): Promise<ArtifactRef> {
  await artifacts.put(RUN, key, Buffer.from(content));
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { artifact: key, run: RUN, name: 'csv', bytes: content.length, sha256 };
}

describe('a working directory', () => {
  it('is empty, private, not shared, and gone afterwards', async () => {
    const workspace = aWorkspace();
    const [one, two] = await Promise.all([
      workspace.open(aTicket(), signal),
      workspace.open(aTicket(), signal),
    ]);
    expect(one.directory).not.toBe(two.directory);
    expect((await stat(one.directory)).mode & 0o777).toBe(0o700);
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect(await readdir(one.directory)).toEqual([]);
    await mkdir(join(one.directory, 'locked/in'), { recursive: true });
    await writeFile(join(one.directory, 'locked/in/file'), '');
    for (const folder of ['locked/in', 'locked']) await chmod(join(one.directory, folder), 0o000);
    await Promise.all([one.dispose(), two.dispose()]);
    await one.dispose();
    expect(await readdir(root)).toEqual([]);
  });

  it('has the files of the task in place', async () => {
    const files = { 'a.csv': await anArtifact('1,2'), 'deep/er/b.csv': await anArtifact('3,4') };
    const { directory } = await aWorkspace().open(aTicket({ files }), signal);
    expect(await readFile(join(directory, 'a.csv'), 'utf8')).toBe('1,2');
    expect(await readFile(join(directory, 'deep/er/b.csv'), 'utf8')).toBe('3,4');
  });

  it.each(['../x', '/tmp/x', 'a/../../x', '', '.', 'a\0b', '..\\x'])(
    'refuses to fetch a file to %j',
    async (path) => {
      const files = { [path]: await anArtifact('1') };
      await expect(aWorkspace().open(aTicket({ files }), signal)).rejects.toMatchObject({
        error: { code: 'workspace_failed' },
      });
      expect(await readdir(root)).toEqual([]);
    },
  );

  it('is not made when a file is gone from the store, damaged, or collides with another', async () => {
    const good = await anArtifact('1');
    const gone = { ...good, artifact: 'nowhere' };
    const damaged = { ...good, sha256: 'f'.repeat(64) };
    for (const files of [{ a: gone }, { a: damaged }, { a: good, 'a/b': good }, { a: good, './a': good }]) {
      await expect(aWorkspace().open(aTicket({ files }), signal)).rejects.toMatchObject({
        error: { code: 'workspace_failed' },
      });
    }
    expect(await readdir(root)).toEqual([]);
  });

  it('lets an outage of the store through as one, so that it is tried again', async () => {
    const get = async () => {
      throw new SluiceError('redis_unreachable', 'Redis does not answer.');
    };
    const files = { a: await anArtifact('1') };
    const source = { bundle: 'a'.repeat(64), run: RUN };
    const away = aWorkspace({ ...artifacts, get });
    await expect(away.open(aTicket({ files }), signal)).rejects.toMatchObject({ code: 'redis_unreachable' });
    await expect(away.open(aTicket({ source }), signal)).rejects.toMatchObject({ code: 'redis_unreachable' });
  });
});

describe("the workflow's own folder", () => {
  it('is unpacked from its bundle, or used where it lies', async () => {
    const folder = join(base, 'flow');
    await mkdir(folder);
    await writeFile(join(folder, 'main.sh'), 'echo');
    const source = await storeBundle(artifacts, RUN, await packSource(folder));
    const bundled = await aWorkspace().open(aTicket({ source }), signal);
    expect(await readdir(bundled.sourceDirectory ?? '')).toEqual(['main.sh']);
    const local = await aWorkspace().open(aTicket({ source: { directory: folder } }), signal);
    expect(local.sourceDirectory).toBe(folder);
    expect((await aWorkspace().open(aTicket(), signal)).sourceDirectory).toBeUndefined();
  });

  it.each([{ bundle: 'b'.repeat(64), run: RUN }, { directory: '/does/not/exist' }])(
    'fails the attempt when it is not there: %o',
    async (source) => {
      await expect(aWorkspace().open(aTicket({ source }), signal)).rejects.toMatchObject({
        error: { code: 'source_unavailable' },
      });
    },
  );
});

describe('artifacts', () => {
  let open: OpenWorkspace;

  beforeEach(async () => {
    open = await aWorkspace().open(aTicket({ task: 'resize', index: 3 }), signal);
    await writeFile(join(base, 'secret'), 's');
  });

  it('are kept under a key that tells task, content and file', async () => {
    await mkdir(join(open.directory, 'out'));
    await writeFile(join(open.directory, 'out/chart one.svg'), '<svg/>');
    await symlink('out/chart one.svg', join(open.directory, 'inner'));
    const sha256 = createHash('sha256').update('<svg/>').digest('hex');
    const kept = await open.collect({ chart: 'out/chart one.svg', same: './inner', ['__proto__']: 'inner' });
    expect(Object.entries(kept)).toEqual([
      [
        'chart',
        {
          artifact: `resize-3/${sha256.slice(0, 16)}/chart_one.svg`,
          run: RUN,
          name: 'chart',
          bytes: 6,
          sha256,
        },
      ],
      ['same', expect.objectContaining({ name: 'same', sha256 })],
      ['__proto__', expect.objectContaining({ name: '__proto__', sha256 })],
    ]);
    expect(Buffer.from((await artifacts.get(RUN, kept['chart']?.artifact ?? '')) ?? []).toString()).toBe(
      '<svg/>',
    );
    expect(await open.collect({ chart: 'out/chart one.svg' })).toEqual({ chart: kept['chart'] });
  });

  it.each(['nowhere', '../../secret', '/etc/passwd', '', '.', 'folder', 'link', 'linked/secret', 'pipe'])(
    'that are no files of the directory are missing: %j',
    async (path) => {
      await mkdir(join(open.directory, 'folder'));
      await symlink(join(base, 'secret'), join(open.directory, 'link'));
      await symlink(base, join(open.directory, 'linked'));
      execFileSync('mkfifo', [join(open.directory, 'pipe')]);
      await expect(open.collect({ csv: path })).rejects.toMatchObject({
        error: { code: 'missing_artifact' },
      });
    },
  );

  it('above the limit of the store are refused before they are read', async () => {
    await writeFile(join(open.directory, 'sparse'), '');
    await truncate(join(open.directory, 'sparse'), 10 * 1024 ** 3);
    await expect(open.collect({ big: 'sparse' })).rejects.toMatchObject({
      error: { code: 'output_too_large' },
    });
  });

  it('of a task reach its outcome through a worker', async () => {
    const executor = instantExecutor(async (_options, context) => {
      await writeFile(join(context.directory, 'weather.csv'), 'sun');
      return { rows: 1 };
    });
    const rig = aRig({ workspace: aWorkspace(), executors: [executor] });
    const tickets = [
      aTicket({ artifacts: { csv: 'weather.csv' } }),
      aTicket({ node: 1, artifacts: { csv: 'rain.csv' } }),
    ];
    for (const ticket of tickets) {
      await rig.send(ticket);
      await rig.worker.runOnce(ticket);
    }
    expect(await rig.inbox()).toMatchObject([
      { outcome: { status: 'succeeded', outputs: { rows: 1 }, artifacts: { csv: { bytes: 3 } } } },
      {
        outcome: {
          status: 'failed',
          error: { code: 'missing_artifact', message: expect.stringContaining('rain.csv') },
        },
      },
    ]);
    await open.dispose();
    expect(await readdir(root)).toEqual([]);
  });
});
