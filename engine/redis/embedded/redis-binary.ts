/**
 * Finds a Redis or Valkey server program: on PATH, in the cache, or in the packages of Debian and Ubuntu,
 * which are unpacked into the cache. Installs nothing and needs no root.
 */
import { access, chmod, constants, lstat, mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { SluiceError } from '../../core/errors.ts';
import { commandEnvironment } from './command.ts';
import { fetchDebianPackages } from './debian-packages.ts';
import { adviseInstall, readSystem } from './install-advice.ts';
import type { BinaryOptions, Environment } from './options.ts';
import {
  compareVersions,
  inspectProgram,
  inspectUnpacked,
  isExecutable,
  PROGRAMS,
  type RedisBinary,
} from './server-program.ts';

/** Cached folders are called so: redis-7.0.15-x64. */
const CACHED = /^(?:redis|valkey)-\d+\.\d+\.\d+-(\w+)$/;

/**
 * The first suitable program: PATH, cache, packages.
 * @throws SluiceError `embedded_redis_unavailable` with the command that would install one.
 */
export async function findRedisBinary(options: BinaryOptions): Promise<RedisBinary> {
  const env = options.env ?? {};
  const refused: string[] = [];
  const installed = await findOnPath(env, refused);
  if (installed) return installed;
  const cache = await openCache(options);
  const cached = await findInCache(cache, env);
  if (cached) return cached;
  const outcome = await fetchDebianPackages({
    cache,
    env,
    onProgress: options.onProgress ?? (() => {}),
  });
  if (typeof outcome !== 'string') return outcome;
  const advice = adviseInstall(await readSystem());
  throw new SluiceError(
    'embedded_redis_unavailable',
    `Sluice needs a Redis, and there is none to run privately: ${[...refused, outcome].join('; ')}. ` +
      `To get one, ${advice}; or name a running one with --redis URL or REDIS_URL.`,
  );
}

/** The highest version among the cached ones that run on this machine. */
export async function findInCache(cache: string, env: Environment): Promise<RedisBinary | undefined> {
  const names = await readdir(cache).catch(() => []);
  const found: RedisBinary[] = [];
  for (const name of names) {
    if (CACHED.exec(name)?.[1] !== process.arch) continue;
    const binary = await inspectUnpacked(join(cache, name), env);
    if (typeof binary !== 'string') found.push({ ...binary, source: 'cache' });
  }
  return found.sort((a, b) => compareVersions(b.version, a.version))[0];
}

async function findOnPath(env: Environment, refused: string[]): Promise<RedisBinary | undefined> {
  const folders = (commandEnvironment(env)['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const program of PROGRAMS) {
    for (const folder of folders) {
      const path = join(folder, program);
      if (!(await isExecutable(path))) continue;
      const binary = await inspectProgram({ path, libraryPath: '', source: 'path' }, env);
      if (typeof binary !== 'string') return binary;
      refused.push(binary);
    }
  }
  return undefined;
}

/** The cache folder, made when absent. Programs are run from it, so a folder that others could have made is refused. */
async function openCache(options: BinaryOptions): Promise<string> {
  const env = options.env ?? {};
  const home = env['XDG_CACHE_HOME'] || (env['HOME'] ? join(env['HOME'], '.cache') : undefined);
  const wished = options.cacheDirectory ?? (home === undefined ? undefined : join(home, 'sluice'));
  if (wished !== undefined) {
    const usable = await mkdir(wished, { recursive: true, mode: 0o700 })
      .then(() => access(wished, constants.W_OK))
      .then(
        () => true,
        () => false,
      );
    if (usable) return wished;
  }
  return await openTemporaryCache();
}

async function openTemporaryCache(): Promise<string> {
  const user = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `sluice-cache-${user}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const state = await lstat(folder);
  if (!state.isDirectory() || (process.getuid !== undefined && state.uid !== user)) {
    throw new SluiceError(
      'embedded_redis_unavailable',
      `${folder} belongs to somebody else, so Sluice does not run programs from it. Set HOME or XDG_CACHE_HOME to a folder of your own.`,
    );
  }
  await chmod(folder, 0o700);
  return folder;
}
