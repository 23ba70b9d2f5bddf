/** The command line of a private server, and where its files are. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SluiceError } from '../../core/errors.ts';
import type { Environment } from './options.ts';
import type { RedisBinary } from './server-program.ts';
import { makePipe } from './supervisor.ts';

/** The shortest limit of the systems we know: macOS has 104 bytes with the closing zero, Linux 108. */
const SOCKET_PATH_BYTES = 103;

export function socketOf(runDirectory: string): string {
  return join(runDirectory, 'redis.sock');
}

/**
 * A new private folder with the pipe in it: `run` in the data directory or, when that has too long a path for a socket or
 * its file system knows no pipes, a temporary one. The caller has the lock of the data directory.
 */
export async function openRunDirectory(dataDirectory: string, env: Environment): Promise<string> {
  const near = join(dataDirectory, 'run');
  if (Buffer.byteLength(socketOf(near)) <= SOCKET_PATH_BYTES) {
    await rm(near, { recursive: true, force: true });
    await mkdir(near, { mode: 0o700 });
    if ((await makePipe(near, env)) === undefined) return near;
  }
  const far = await mkdtemp(join(await realpath(tmpdir()), 'sluice-'));
  const complaint = await makePipe(far, env);
  if (complaint === undefined) return far;
  throw new SluiceError('embedded_redis_unavailable', `No pipe could be made in ${far}: ${complaint}.`);
}

export interface ServerSettings {
  readonly binary: RedisBinary;
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly appendfsync: 'always' | 'everysec';
  readonly extraArgs: readonly string[];
}

/** Program and arguments. `env` gives the fetched libraries to the server and to nobody else. */
export function serverCommand(settings: ServerSettings): readonly string[] {
  const { binary } = settings;
  const libraries = binary.libraryPath === '' ? [] : ['env', `LD_LIBRARY_PATH=${binary.libraryPath}`];
  return [...libraries, binary.path, ...serverArguments(settings)];
}

function serverArguments(settings: ServerSettings): readonly string[] {
  const values: Record<string, string> = {
    '--port': '0',
    '--unixsocket': socketOf(settings.runDirectory),
    '--unixsocketperm': '700',
    '--dir': settings.dataDirectory,
    '--appendonly': 'yes',
    '--appendfsync': settings.appendfsync,
    // The last write before a power cut may be cut off; nothing acknowledged is lost by going on without it.
    '--aof-load-truncated': 'yes',
    '--save': '',
    '--maxmemory-policy': 'noeviction',
    '--daemonize': 'no',
    '--loglevel': 'notice',
  };
  return [...Object.entries(values).flat(), ...settings.extraArgs];
}
