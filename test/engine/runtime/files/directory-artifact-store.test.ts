import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDirectoryArtifactStore } from '../../../../engine/runtime/files/directory-artifact-store.ts';
import { artifactStoreContract } from '../../../contract/artifact-store.ts';
import { canMakeDisks, smallDisk } from '../../../support/small-disk.ts';

const RUN = '01J8ZQ4T9W0000000000000000';
const BYTES = Uint8Array.of(1, 2, 3);

artifactStoreContract('directory', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'sluice-artifacts-'));
  return {
    artifacts: createDirectoryArtifactStore(join(parent, 'artifacts'), { maxBytes: 1_024 * 1_024 }),
    close: () => rm(parent, { recursive: true, force: true }),
  };
});

describe('the directory artifact store', () => {
  let parent = '';
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'sluice-artifacts-'));
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('keeps an artifact where people find it, for nobody else to read', async () => {
    const artifacts = createDirectoryArtifactStore(join(parent, 'artifacts'));
    await artifacts.put(RUN, 'report/0123/table.csv', BYTES);
    const path = join(parent, 'artifacts', RUN, 'report/0123/table.csv');
    expect(artifacts.locate(RUN, 'report/0123/table.csv')).toBe(path);
    expect(new Uint8Array(await readFile(path))).toEqual(BYTES);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(parent, 'artifacts'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(parent, 'artifacts'))).toEqual([RUN]);
  });

  it.each(['../escape', 'a/../../escape', '/etc/escape', '..', '', 'nul\0byte', 'a\\b', 'x'.repeat(5_000)])(
    'keeps what is stored under %j within the folder of its run',
    async (key) => {
      const artifacts = createDirectoryArtifactStore(join(parent, 'artifacts'));
      await artifacts.put(RUN, key, BYTES);
      expect(new Uint8Array((await artifacts.get(RUN, key)) ?? [])).toEqual(BYTES);
      expect(await readdir(parent)).toEqual(['artifacts']);
      expect(await readdir(join(parent, 'artifacts'))).toEqual([RUN]);
      expect(await readdir(join(parent, 'artifacts', RUN))).toHaveLength(1);
    },
  );

  it.runIf(canMakeDisks())('asks for room on a full disk, leaves nothing behind, and goes on', async () => {
    const disk = await smallDisk(join(parent, 'disk'), 1_024 * 1_024);
    try {
      const artifacts = createDirectoryArtifactStore(disk.outside);
      await artifacts.put(RUN, 'before', BYTES);
      disk.fill();
      const big = new Uint8Array(64 * 1_024);
      await expect(artifacts.put(RUN, 'big', big)).rejects.toMatchObject({
        code: 'artifacts_unreachable',
        message: expect.stringContaining('no room'),
      });
      expect(await artifacts.get(RUN, 'before')).toEqual(Buffer.from(BYTES));
      disk.free();
      expect(await readdir(disk.outside)).toEqual([RUN]);
      await artifacts.put(RUN, 'big', big);
      expect(await artifacts.get(RUN, 'big')).toHaveLength(big.length);
    } finally {
      await disk.close();
    }
  });

  it('takes nothing for a run id that is none', async () => {
    const artifacts = createDirectoryArtifactStore(parent);
    await expect(artifacts.put('../..', 'a', BYTES)).rejects.toMatchObject({ code: 'internal' });
    await expect(artifacts.get('../..', 'a')).rejects.toMatchObject({ code: 'internal' });
  });
});
