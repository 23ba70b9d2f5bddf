import { createHash } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryArtifactStore } from '../../../../engine/memory/index.ts';
import {
  readArchive,
  type SourceTree,
  writeArchive,
} from '../../../../engine/runtime/source/source-archive.ts';
import { fetchBundle, packSource, storeBundle } from '../../../../engine/runtime/source/source-bundle.ts';
import { removeReadOnly, SourceCache } from '../../../../engine/runtime/source/source-cache.ts';
import { RUN } from '../worker-rig.ts';

let base: string;
let folder: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'sluice-source-'));
  folder = join(base, 'flow');
  await mkdir(folder);
});

afterEach(() => removeReadOnly(base));

/** Writes files: path → content. */
async function write(files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function pathsOfBundle(): Promise<string[]> {
  return readArchive(await packSource(folder)).files.map((file) => file.path);
}

/** Packs, stores, and unpacks through a cache. */
async function roundTrip(cacheRoot = join(base, 'cache')) {
  const artifacts = createMemoryArtifactStore({ maxBytes: 1_000 });
  const bundle = await packSource(folder);
  await storeBundle(artifacts, RUN, bundle);
  return { bundle, artifacts, unpacked: await new SourceCache(cacheRoot, artifacts).open(RUN, bundle.hash) };
}

describe('a source bundle', () => {
  it('brings files, executable bits and inner links to another machine, read-only', async () => {
    await write({
      'run.sh': '#!/bin/sh\n',
      'lib/a.ts': 'export {};\n',
      'data/ünï code.txt': 'x'.repeat(5_000),
    });
    await chmod(join(folder, 'run.sh'), 0o755);
    await symlink('lib/a.ts', join(folder, 'main.ts'));
    await symlink('../run.sh', join(folder, 'lib', 'run'));
    await symlink('lib', join(folder, 'library'));
    const { unpacked } = await roundTrip();
    expect(await readFile(join(unpacked, 'data/ünï code.txt'), 'utf8')).toBe('x'.repeat(5_000));
    expect(await readFile(join(unpacked, 'main.ts'), 'utf8')).toBe('export {};\n');
    expect(await readFile(join(unpacked, 'library/run'), 'utf8')).toBe('#!/bin/sh\n');
    expect((await stat(join(unpacked, 'run.sh'))).mode & 0o777).toBe(0o555);
    expect((await stat(join(unpacked, 'lib/a.ts'))).mode & 0o777).toBe(0o444);
    expect((await stat(unpacked)).mode & 0o777).toBe(0o555);
  });

  it('has the hash of its content: equal for equal folders, another for any change', async () => {
    await write({ b: '2', a: '1' });
    const first = (await packSource(folder)).hash;
    await rm(join(folder, 'b'));
    await write({ b: '2' });
    expect((await packSource(folder)).hash).toBe(first);
    await chmod(join(folder, 'a'), 0o755);
    expect((await packSource(folder)).hash).not.toBe(first);
  });

  it('carries an empty folder', async () => {
    const { unpacked } = await roundTrip();
    expect(await readdir(unpacked)).toEqual([]);
  });

  it('never carries .git, node_modules and .sluice, at any depth', async () => {
    await write({
      '.git/x': '',
      'a/node_modules/x': '',
      '.sluice/redis/x': '',
      'a/.gitignore': '',
      '.sluiceignore': '!.git\n',
    });
    expect(await pathsOfBundle()).toEqual(['.sluiceignore', 'a/.gitignore']);
  });

  it('leaves out what .sluiceignore names', async () => {
    await write({
      '.sluiceignore':
        '# big things\n*.bin\n/data/\nbuild\ndocs/**/*.md\n!keep.bin\nt?p\nlogs/\n.sluiceignore\n[x]\r\n',
      'a.bin': '',
      'sub/b.bin': '',
      'sub/keep.bin': '',
      'data/x': '',
      'sub/data/x': '',
      'sub/build/x': '',
      'docs/a.md': '',
      'docs/deep/b.md': '',
      'docs/a.txt': '',
      tip: '',
      tiip: '',
      'sub/logs': 'a file, not a folder',
      x: '',
      '[x]': '',
    });
    expect(await pathsOfBundle()).toEqual([
      'docs/a.txt',
      'sub/data/x',
      'sub/keep.bin',
      'sub/logs',
      'tiip',
      'x',
    ]);
  });

  it('is refused above 50 MB, naming the largest entries', async () => {
    await write({ 'small.txt': 'x', 'model/weights': '', 'movie.mp4': '' });
    await truncate(join(folder, 'model/weights'), 40 * 1024 * 1024);
    await truncate(join(folder, 'movie.mp4'), 20 * 1024 * 1024);
    await expect(packSource(folder)).rejects.toMatchObject({
      code: 'source_too_large',
      message: expect.stringMatching(
        /60\.0? ?MB|60 MB.*model\/ \(40 MB\), movie\.mp4 \(20 MB\).*\.sluiceignore/,
      ),
    });
    await write({ '.sluiceignore': 'model\n' });
    expect(await pathsOfBundle()).toEqual(['.sluiceignore', 'movie.mp4', 'small.txt']);
  });

  it.each([
    ['/etc/passwd', 'leads out'],
    ['../secret', 'leads out'],
    ['nowhere', 'not there'],
    ['node_modules/x', 'left out'],
  ])('refuses a link to %s', async (target, words) => {
    await writeFile(join(base, 'secret'), 's');
    await write({ 'node_modules/x': '' });
    await symlink(target, join(folder, 'link'));
    await expect(packSource(folder)).rejects.toMatchObject({
      code: 'source_invalid',
      message: expect.stringContaining(words),
    });
  });
});

describe('unpacking', () => {
  const file = (path: string) => ({ path, bytes: Buffer.from('x'), isExecutable: false });
  const evil: [string, SourceTree][] = [
    ['a path with ..', { files: [file('../out')], links: [] }],
    ['an inner ..', { files: [file('a/../../out')], links: [] }],
    ['an absolute path', { files: [file('/tmp/out')], links: [] }],
    ['a path that is not plain', { files: [file('a//b')], links: [] }],
    ['a backslash', { files: [file('..\\out')], links: [] }],
    ['an empty path', { files: [file('')], links: [] }],
    ['a path twice', { files: [file('a'), file('a')], links: [] }],
    ['a file through a link', { files: [file('l/out')], links: [{ path: 'l', target: '/tmp' }] }],
    [
      'a link through a link',
      {
        files: [],
        links: [
          { path: 'l', target: '.' },
          { path: 'l/m', target: '/tmp' },
        ],
      },
    ],
    ['an absolute link', { files: [], links: [{ path: 'l', target: '/etc/passwd' }] }],
    ['a link that leads out', { files: [], links: [{ path: 'l', target: '..' }] }],
    [
      'links that lead out together',
      {
        files: [file('d/f')],
        links: [
          { path: 'd/up', target: '..' },
          { path: 'm', target: 'd/up/..' },
        ],
      },
    ],
  ];

  it.each(evil)('refuses %s and leaves nothing behind', async (_what, tree) => {
    const artifacts = createMemoryArtifactStore();
    const bundle = writeArchive(tree);
    await storeBundle(artifacts, RUN, bundle);
    const cache = join(base, 'cache');
    await expect(new SourceCache(cache, artifacts).open(RUN, bundle.hash)).rejects.toMatchObject({
      code: 'source_invalid',
    });
    expect(await readdir(cache).catch(() => [])).toEqual([]);
    expect((await readdir(base)).filter((name) => name === 'out')).toEqual([]);
  });

  it('refuses damaged bytes, another content, another format and a wrong length', async () => {
    await write({ a: 'hello' });
    const { hash, bytes } = await packSource(folder);
    const archive = gunzipSync(bytes);
    const sealed = (content: Buffer) => ({
      hash: createHash('sha256').update(content).digest('hex'),
      bytes: gzipSync(content),
    });
    const damaged = [
      { hash, bytes: bytes.subarray(0, bytes.length - 9) },
      { hash, bytes: Buffer.from('garbage') },
      { hash: 'f'.repeat(64), bytes },
      sealed(Buffer.from('PK')),
      sealed(archive.subarray(0, 20)),
      sealed(archive.subarray(0, archive.length - 1)),
      sealed(Buffer.concat([archive, Buffer.from('more')])),
    ];
    for (const bundle of damaged) {
      expect(() => readArchive(bundle)).toThrow(expect.objectContaining({ code: 'source_invalid' }));
    }
  });

  it('refuses what is not a hash, and says when the store lost the bundle or a piece', async () => {
    await write({ a: createHash('sha512').update('noise').digest('hex').repeat(100) });
    const artifacts = createMemoryArtifactStore({ maxBytes: 20 });
    const bundle = await packSource(folder);
    const cache = new SourceCache(join(base, 'cache'), artifacts);
    await expect(cache.open(RUN, '../../etc')).rejects.toMatchObject({ code: 'source_invalid' });
    await expect(cache.open(RUN, bundle.hash)).rejects.toThrow('not in the artifact store');
    await artifacts.put(RUN, `source/${bundle.hash}.0`, bundle.bytes.subarray(0, 20));
    await expect(cache.open(RUN, bundle.hash)).rejects.toMatchObject({ code: 'source_invalid' });
    await storeBundle(artifacts, RUN, bundle);
    expect(await fetchBundle(artifacts, RUN, bundle.hash)).toEqual({
      hash: bundle.hash,
      bytes: Buffer.from(bundle.bytes),
    });
    expect(await readdir(await cache.open(RUN, bundle.hash))).toEqual(['a']);
  });

  it('happens once, however many ask at once, and leaves no drafts', async () => {
    await write({ a: '1', 'b/c': '2' });
    const { artifacts, bundle } = await roundTrip(join(base, 'other'));
    const root = join(base, 'cache');
    const caches = [new SourceCache(root, artifacts), new SourceCache(root, artifacts)];
    const opened = await Promise.all([...caches, ...caches].map((cache) => cache.open(RUN, bundle.hash)));
    expect(new Set(opened)).toEqual(new Set([join(root, bundle.hash)]));
    expect(await readdir(root)).toEqual([bundle.hash]);
  });
});
