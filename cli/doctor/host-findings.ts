/** What this machine has. */
import type { Finding } from '../../engine/redis/index.ts';
import type { Host } from '../host.ts';
import { readVersion } from '../version.ts';

const OLDEST_NODE = [20, 19] as const;

export function inspectHost(_host: Host): Finding[] {
  return [{ level: 'ok', message: `Sluice ${readVersion()}.` }, checkNode(process.versions.node)];
}

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const message = `Node ${version}.`;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return { level: 'ok', message };
  return {
    level: 'error',
    message: `${message} Sluice needs ${OLDEST_NODE.join('.')} or newer.`,
    fix: 'Upgrade Node.',
  };
}
