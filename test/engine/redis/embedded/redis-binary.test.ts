import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../../../engine/redis/embedded/command.ts';
import { fetchDebianPackages } from '../../../../engine/redis/embedded/debian-packages.ts';
import { findInCache, findRedisBinary } from '../../../../engine/redis/embedded/redis-binary.ts';
import { REDIS_CACHE } from '../../../support/redis-cache.ts';

let place: string;
const folder = (name: string) => join(place, name);

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'sluice-binary-'));
});

afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

/** A program that says a version and can do nothing else. */
async function writeProgram(directory: string, name: string, says: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
  return join(directory, name);
}

const inCache = (name: string) => join(folder('cache'), name, 'usr', 'bin');

describe('findRedisBinary', () => {
  const find = (path: readonly string[]) =>
    findRedisBinary({ cacheDirectory: folder('cache'), env: { PATH: path.join(':') } });

  it('takes a redis-server on PATH before one in the cache', async () => {
    const path = await writeProgram(folder('bin'), 'redis-server', 'Redis server v=7.2.4 sha=0:0 bits=64');
    await writeProgram(inCache(`redis-7.4.0-${process.arch}`), 'redis-server', 'Redis server v=7.4.0');
    expect(await find([folder('bin')])).toMatchObject({
      path,
      source: 'path',
      kind: 'redis',
      version: '7.2.4',
    });
  });

  it('takes a valkey-server when redis-server is too old', async () => {
    await writeProgram(folder('bin'), 'redis-server', 'Redis server v=6.0.16');
    const path = await writeProgram(folder('more'), 'valkey-server', 'Valkey server v=8.0.1 sha=0:0');
    expect(await find([folder('bin'), folder('more')])).toMatchObject({
      path,
      kind: 'valkey',
      version: '8.0.1',
    });
  });

  it('compares versions as numbers', async () => {
    await writeProgram(folder('bin'), 'redis-server', 'Redis server v=10.0.0');
    expect(await find([folder('bin')])).toMatchObject({ version: '10.0.0' });
  });

  it('says what it found unfit, and the command that would help, when there is nothing to run or fetch', async () => {
    const path = await writeProgram(folder('bin'), 'redis-server', 'Redis server v=5.0.3');
    const failure = await find([folder('bin')]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'embedded_redis_unavailable' });
    expect(String(failure)).toContain(`${path} is 5.0.3, and 6.2.0 or newer is needed`);
    expect(String(failure)).toMatch(/To get one, .+; or name a running one with --redis URL or REDIS_URL\.$/);
  });

  it('repeats what apt says when it cannot fetch', async () => {
    await mkdir(folder('bin'));
    const script =
      '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "E: Unable to locate package" >&2\nexit 100\n';
    await writeFile(join(folder('bin'), 'apt-get'), script, { mode: 0o755 });
    await expect(find([folder('bin')])).rejects.toThrow('apt-get said: E: Unable to locate package');
    expect(await readdir(folder('cache'))).toEqual([]);
  });
});

describe('findInCache', () => {
  it('takes the newest that runs on this machine', async () => {
    await writeProgram(inCache(`redis-7.0.15-${process.arch}`), 'redis-server', 'Redis server v=7.0.15');
    const path = await writeProgram(
      inCache(`valkey-8.0.1-${process.arch}`),
      'valkey-server',
      'Valkey server v=8.0.1',
    );
    await writeProgram(inCache('redis-9.0.0-other'), 'redis-server', 'Redis server v=9.0.0');
    await writeProgram(inCache(`redis-9.1.0-${process.arch}`), 'redis-server', 'cannot run here');
    await writeProgram(inCache('.fetch-abcdef'), 'redis-server', 'Redis server v=9.2.0');
    expect(await findInCache(folder('cache'), {})).toMatchObject({ path, source: 'cache' });
  });

  it('is empty when the folder is not there', async () => {
    expect(await findInCache(folder('nowhere'), {})).toBeUndefined();
  });
});

const apt = await runCommand('apt-get', ['--version'], { env: process.env, timeoutMs: 10_000 });

describe.runIf(apt.ok)('fetchDebianPackages', () => {
  // Downloads once for each checkout; afterwards it is seen that what was fetched still runs.
  const kept = `${REDIS_CACHE}-fetched`;

  it('fetches a server into the cache without the lists of the system, also when two do so at once', async () => {
    if ((await findInCache(kept, process.env)) === undefined) {
      const cache = folder('cache');
      await mkdir(cache);
      const said: string[] = [];
      const source = { cache, env: await withoutLists(), onProgress: (text: string) => void said.push(text) };
      const [one, two] = await Promise.all([fetchDebianPackages(source), fetchDebianPackages(source)]);
      expect(one).toMatchObject({ source: 'packages' });
      expect(two).toEqual(one);
      expect(said.join(' ')).toContain('reading fresh ones');
      expect(await readdir(cache)).toEqual([expect.stringMatching(/^(redis|valkey)-\d+\.\d+\.\d+-\w+$/)]);
      await cp(cache, kept, { recursive: true, verbatimSymlinks: true });
    }
    expect(await findInCache(kept, process.env)).toMatchObject({ source: 'cache' });
  }, 180_000);

  /** As in a container whose package lists were deleted. */
  async function withoutLists() {
    await mkdir(join(folder('lists'), 'partial'), { recursive: true });
    await writeFile(folder('apt.conf'), `Dir::State::lists "${folder('lists')}/";\n`);
    return { ...process.env, APT_CONFIG: folder('apt.conf') };
  }
});
