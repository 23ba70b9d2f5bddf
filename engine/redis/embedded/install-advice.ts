/** The exact command that installs a Redis on this system, for the message when none could be found. */
import { readFile } from 'node:fs/promises';

export interface System {
  /** As in `process.platform`. */
  readonly platform: string;
  /** Content of /etc/os-release, or empty. */
  readonly osRelease: string;
  readonly isRoot: boolean;
}

/** Per family of systems, as os-release calls it (`ID`, then `ID_LIKE`): commands that need root. */
const COMMANDS = new Map<string, readonly string[]>([
  ['debian', ['apt-get install redis-server']],
  ['ubuntu', ['apt-get install redis-server']],
  ['fedora', ['dnf install valkey']],
  ['rhel', ['dnf install valkey', 'dnf install redis']],
  ['alpine', ['apk add redis']],
  ['arch', ['pacman -S valkey']],
  ['suse', ['zypper install redis']],
  ['opensuse', ['zypper install redis']],
]);

export async function readSystem(): Promise<System> {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return { platform: process.platform, osRelease, isRoot: process.getuid?.() === 0 };
}

/** A sentence without its full stop, fit to stand after "To get one,". */
export function adviseInstall(system: System): string {
  if (system.platform === 'darwin') return 'run: brew install redis';
  if (system.platform === 'win32') return 'use Sluice inside WSL, or run: docker run -p 6379:6379 redis:7';
  const known = families(system.osRelease)
    .map((family) => COMMANDS.get(family))
    .find((commands) => commands !== undefined);
  if (known === undefined)
    return 'install redis-server or valkey-server, 6.2 or newer, so that it is on PATH';
  return `run: ${known.map((command) => (system.isRoot ? command : `sudo ${command}`)).join(' || ')}`;
}

function families(osRelease: string): string[] {
  const fieldOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(osRelease)?.[1] ?? '';
  return `${fieldOf('ID')} ${fieldOf('ID_LIKE')}`.replaceAll(/["']/g, '').split(/\s+/).filter(Boolean);
}
