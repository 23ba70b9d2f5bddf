/** The package as `npm install` of its tarball puts it into an empty folder, without the network: its dependencies are those of this tree. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { buildIfStale } from '../support/build.ts';
import { REDIS_CACHE } from '../support/redis-cache.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const packed = z.array(
  z.object({
    filename: z.string(),
    size: z.number(),
    unpackedSize: z.number(),
    files: z.array(z.object({ path: z.string() })),
  }),
);

export interface InstalledPackage {
  /** The user's folder. */
  readonly folder: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly string[];
  write(name: string, text: string): void;
  /** Runs a program in the folder. Resolves to its stdout. @throws with what it wrote when it fails */
  run(program: string, ...args: readonly string[]): string;
  remove(): void;
}

export async function installPackage(): Promise<InstalledPackage> {
  await buildIfStale();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
  const list = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1e8,
  });
  const [pack] = packed.parse(JSON.parse(list));
  if (pack === undefined) throw new Error('npm pack told nothing.');
  const modules = join(folder, 'node_modules');
  const place = join(modules, 'sluice');
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, pack.filename), '-C', place, '--strip-components=1']);
  rmSync(join(folder, pack.filename));
  linkDependencies(modules);
  mkdirSync(join(modules, '.bin'));
  symlinkSync(join('..', 'sluice', 'cli', 'sluice.mjs'), join(modules, '.bin', 'sluice'));
  return {
    folder,
    size: pack.size,
    unpackedSize: pack.unpackedSize,
    files: pack.files.map(({ path }) => path),
    write(name, text) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    },
    run: (program, ...args) => run(folder, program, args),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}

function linkDependencies(modules: string): void {
  const here = realpathSync(join(ROOT, 'node_modules'));
  for (const name of readdirSync(here)) {
    if (name.startsWith('.') || name === 'sluice') continue;
    symlinkSync(join(here, name), join(modules, name));
  }
}

function run(folder: string, program: string, args: readonly string[]): string {
  const path = join(folder, 'node_modules', '.bin');
  const tools = join(ROOT, 'node_modules', '.bin');
  const env = {
    HOME: folder,
    PATH: `${path}:${tools}:${dirname(process.execPath)}:/usr/bin:/bin`,
    XDG_CACHE_HOME: dirname(REDIS_CACHE),
  };
  try {
    return execFileSync(program, args, {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 60_000,
    });
  } catch (thrown) {
    const { stdout, stderr } = {
      stdout: '',
      stderr: '',
      ...(thrown as { stdout?: string; stderr?: string }),
    };
    throw new Error(`${program} ${args.join(' ')} failed.\n${stdout}\n${stderr}`, { cause: thrown });
  }
}
