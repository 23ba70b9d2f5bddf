/** `cache.files`: one hash over what the author named. */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { digestFiles } from '../../../../engine/runtime/source/source-digest.ts';
import { aFolder, removeFolders } from '../../../support/execution-context.ts';

afterEach(removeFolders);

const FILES = {
  'train.py': 'x = 1',
  'src/a.py': 'a',
  'src/deep/b.py': 'b',
  'src/.hidden': 'h',
  'data.csv': '1,2',
};

async function digest(globs: readonly string[], change: (folder: string) => Promise<void> = async () => {}) {
  const folder = await aFolder(FILES);
  await change(folder);
  return digestFiles(folder, globs);
}

describe('the hash', () => {
  it.each([
    ['a file that is named', ['train.py'], 'train.py'],
    ['a file that a glob fits', ['**/*.py'], 'src/deep/b.py'],
    ['a file of a folder that is named, a hidden one too', ['src'], 'src/.hidden'],
    ['a file of one of several', ['data.csv', 'src/*.py'], 'src/a.py'],
  ])('changes with %s', async (_, globs, path) => {
    const before = await digest(globs);
    const after = await digest(globs, (folder) => writeFile(join(folder, path), 'changed'));
    expect(after.hash).not.toBe(before.hash);
    expect(before.unmatched).toEqual([]);
    expect((await digest(globs)).hash).toBe(before.hash);
  });

  it('changes with the name of a file and with the target of a link', async () => {
    const before = await digest(['**/*.py']);
    const renamed = await digest(['**/*.py'], (folder) =>
      rename(join(folder, 'src/a.py'), join(folder, 'src/c.py')),
    );
    const [linked, other] = await Promise.all(
      ['a.py', 'deep/b.py'].map((target) =>
        digest(['**/*.py'], (folder) => symlink(target, join(folder, 'src/l.py'))),
      ),
    );
    expect(new Set([before.hash, renamed.hash, linked?.hash, other?.hash]).size).toBe(4);
  });

  it('does not change with anything else', async () => {
    const before = await digest(['src/**/*.py', 'train.py']);
    const after = await digest(['src/**/*.py', 'train.py'], async (folder) => {
      await writeFile(join(folder, 'data.csv'), 'other');
      await writeFile(join(folder, 'src/.hidden'), 'other');
      await mkdir(join(folder, 'node_modules'));
      await writeFile(join(folder, 'node_modules/x.py'), 'other');
      await rm(join(folder, 'data.csv'));
    });
    expect(after).toEqual(before);
  });

  it('leaves out what .sluiceignore names, as workers elsewhere do not have it', async () => {
    const ignore = (folder: string) => writeFile(join(folder, '.sluiceignore'), 'deep/\n');
    const before = await digest(['**/*.py'], ignore);
    const after = await digest(['**/*.py'], async (folder) => {
      await ignore(folder);
      await writeFile(join(folder, 'src/deep/b.py'), 'other');
    });
    expect(after.hash).toBe(before.hash);
  });
});

it('says which globs fit nothing', async () => {
  expect((await digest(['train.py', 'typo.py', 'lib/**'])).unmatched).toEqual(['typo.py', 'lib/**']);
});

it.each(['../x', '/etc/passwd', 'a/../../b', ''])('refuses %j', async (glob) => {
  await expect(digest([glob])).rejects.toMatchObject({ error: { code: 'invalid_options' } });
});
