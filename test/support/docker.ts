/** A Docker engine of the tests' own, on a private socket, where one can be started: `dockerd` is installed and we are root. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import Docker from 'dockerode';

/** Why there is none; undefined when there is. */
export function whyNoDocker(): string | undefined {
  if (process.getuid?.() !== 0) return 'a Docker engine can be started by root only';
  if (!existsSync('/usr/sbin/dockerd') && !existsSync('/usr/bin/dockerd')) return 'dockerd is not installed';
  return undefined;
}

export interface TestDocker {
  readonly docker: Docker;
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** An image with a shell and a few programs, made of those of this machine. */
  readonly image: string;
  stop(): Promise<void>;
}

const PROGRAMS = ['dash', 'cat', 'sleep', 'id', 'env', 'head', 'tail', 'ls', 'seq', 'touch', 'tr'];

/** `SLUICE_TEST_IMAGE` names an image to use instead of one that is made here; it must have `/bin/sh`. */
export async function startDocker(): Promise<TestDocker> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-dockerd-'));
  const socketPath = join(folder, 's');
  const host = `unix://${socketPath}`;
  const folders = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')];
  const args = [
    `--storage-driver=${storageDriver(folder)}`,
    ...folders,
    '--pidfile',
    join(folder, 'pid'),
    '-H',
    host,
  ];
  const daemon = spawn('dockerd', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await untilListening(daemon);
  const docker = new Docker({ socketPath });
  const image = process.env['SLUICE_TEST_IMAGE'] ?? (await makeImage(docker));
  return { docker, host, image, stop: () => stop(daemon, folder) };
}

/** `overlay2` where the folder's file system can carry it; `vfs` copies every layer for every container, but runs everywhere. */
function storageDriver(folder: string): 'overlay2' | 'vfs' {
  const [lower, upper, work, merged] = ['l', 'u', 'w', 'm'].map((name) => join(folder, 'trial', name));
  for (const path of [lower, upper, work, merged]) mkdirSync(path ?? '', { recursive: true });
  const places = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  try {
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', places, `${merged}`], { stdio: 'ignore' });
    execFileSync('umount', [`${merged}`], { stdio: 'ignore' });
    return 'overlay2';
  } catch {
    return 'vfs';
  } finally {
    rmSync(join(folder, 'trial'), { recursive: true, force: true });
  }
}

function untilListening(daemon: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    daemon.once('exit', (code) => reject(new Error(`dockerd ended with ${code}: ${said.slice(-2_000)}`)));
    daemon.once('error', reject);
    daemon.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('API listen on')) resolve();
    });
  });
}

async function makeImage(docker: Docker): Promise<string> {
  const programs = PROGRAMS.flatMap((name) =>
    ['/usr/bin', '/bin']
      .map((folder) => join(folder, name))
      .filter(existsSync)
      .slice(0, 1),
  );
  const libraries = execFileSync('ldd', programs, { encoding: 'utf8' }).match(/\/\S*lib\S*\.so\S*/g) ?? [];
  const root = mkdtempSync(join(tmpdir(), 'sluice-image-'));
  chmodSync(root, 0o755);
  for (const file of programs)
    copy(file, join(root, 'bin', basename(file) === 'dash' ? 'sh' : basename(file)));
  for (const file of new Set(libraries)) copy(file, join(root, file));
  const tar = spawn('tar', ['-c', '-C', root, '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const imported = await docker.importImage(tar.stdout, { repo: 'sluice-test', tag: 'latest' });
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(imported, (error) => (error ? reject(error) : resolve())),
  );
  rmSync(root, { recursive: true, force: true });
  return 'sluice-test:latest';
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  copyFileSync(from, to);
}

function stop(daemon: ChildProcess, folder: string): Promise<void> {
  return new Promise((resolve) => {
    daemon.removeAllListeners('exit');
    daemon.once('exit', () => {
      unmountNetworks(join(folder, 'run', 'netns'));
      rmSync(folder, { recursive: true, force: true });
      resolve();
    });
    daemon.kill('SIGTERM');
  });
}

/** The engine leaves that of containers with this machine's network mounted. */
function unmountNetworks(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    try {
      execFileSync('umount', [join(folder, name)], { stdio: 'ignore' });
    } catch {
      // It is a plain file.
    }
  }
}
