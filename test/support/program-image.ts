/** Images for tests without a registry: programs of this machine with their libraries, and files, as the only layer. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type Docker from 'dockerode';

export interface ProgramImage {
  /** `name:tag` */
  readonly tag: string;
  /** Path or name on this machine → paths in the image. */
  readonly programs: { readonly [program: string]: readonly string[] };
  /** Folders with libraries that the programs need and the system lacks, joined with `:`. */
  readonly libraryPath?: string;
  /** Instructions of a Dockerfile such as `USER 1`. */
  readonly changes?: readonly string[];
  /** Adds what is not on this machine. */
  readonly fill?: (root: string) => void;
}

export async function makeProgramImage(docker: Docker, image: ProgramImage): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'sluice-image-'));
  chmodSync(root, 0o755);
  try {
    fill(root, image);
    const tar = spawn('tar', ['-c', '-C', root, '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [repo, tag] = image.tag.split(':');
    const imported = await docker.importImage(tar.stdout, { repo, tag, changes: image.changes ?? [] });
    await new Promise<void>((resolve, reject) =>
      docker.modem.followProgress(imported, (error) => (error ? reject(error) : resolve())),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return image.tag;
}

function fill(root: string, { programs, libraryPath = '', fill: more }: ProgramImage): void {
  for (const folder of ['tmp', 'etc', 'usr/bin', 'usr/local/bin', 'data'])
    mkdirSync(join(root, folder), { recursive: true, mode: 0o755 });
  chmodSync(join(root, 'tmp'), 0o1777);
  chmodSync(join(root, 'data'), 0o777);
  symlinkSync('usr/bin', join(root, 'bin'));
  const found = Object.entries(programs).map(([name, targets]) => ({ path: locate(name), targets }));
  for (const { path, targets } of found) for (const target of targets) copy(path, join(root, target));
  for (const library of librariesFor(
    found.map(({ path }) => path),
    libraryPath,
  ))
    copy(library, join(root, isOwn(library, libraryPath) ? join('usr/lib', basename(library)) : library));
  more?.(root);
}

function isOwn(library: string, libraryPath: string): boolean {
  return libraryPath !== '' && libraryPath.split(':').some((folder) => library.startsWith(folder));
}

function locate(name: string): string {
  const path = ['', '/usr/bin', '/bin', '/usr/local/bin']
    .map((folder) => join(folder, name))
    .find(existsSync);
  if (path === undefined) throw new Error(`This machine has no ${name} to put into an image.`);
  return path;
}

function librariesFor(paths: readonly string[], libraryPath: string): Set<string> {
  const env = { ...process.env, ...(libraryPath === '' ? {} : { LD_LIBRARY_PATH: libraryPath }) };
  const libraries = paths.flatMap((path) => {
    try {
      return (
        execFileSync('ldd', [path], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).match(
          /\/\S*lib\S*\.so\S*/g,
        ) ?? []
      );
    } catch {
      // Linked with nothing.
      return [];
    }
  });
  return new Set(libraries);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  copyFileSync(from, to);
}
