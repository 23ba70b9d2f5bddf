/** Looks at a Redis with the eyes of an operator: would it lose data, and is anything about it unusual? */
import { SluiceError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connections } from './connection.ts';

export interface Finding {
  /** error: Sluice refuses to work with it. */
  readonly level: 'ok' | 'warning' | 'error';
  readonly message: string;
  /** What to do; absent when all is well. */
  readonly fix?: string;
}

type Info = ReadonlyMap<string, string>;

const OLDEST_VERSION = [6, 2] as const;
/** Clocks that differ by more show wrong ages and delays to people; decisions use Redis' clock alone. */
const MAX_CLOCK_DIFFERENCE_MS = 2_000;

/** Findings about version, eviction, persistence, clock, memory and role. @throws SluiceError redis_unreachable, redis_refused. */
export async function inspectRedis(
  connections: Connections,
  clock: Pick<Clock, 'now'>,
): Promise<readonly Finding[]> {
  const info = parseInfo(String(await connections.call('info', [])));
  return [
    checkVersion(info),
    checkEviction(info),
    checkMemory(info),
    checkRole(info),
    checkCluster(info),
    await checkPersistence(connections, info),
    await checkClock(connections, clock),
  ];
}

/** @throws SluiceError redis_unsuitable that names every finding of level error, with its fix. */
export async function requireSuitableRedis(
  connections: Connections,
  clock: Pick<Clock, 'now'>,
): Promise<readonly Finding[]> {
  const findings = await inspectRedis(connections, clock);
  const errors = findings.filter(({ level }) => level === 'error');
  if (errors.length === 0) return findings;
  const sentences = errors.map(({ message, fix }) => `${message} ${fix ?? ''}`.trim()).join(' ');
  throw new SluiceError(
    'redis_unsuitable',
    `Redis at ${connections.place} is not fit for Sluice. ${sentences}`,
  );
}

function parseInfo(text: string): Info {
  const pairs = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon < 0 || line.startsWith('#') ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
  });
  return new Map(pairs);
}

function checkVersion(info: Info): Finding {
  const valkey = info.get('valkey_version');
  const version = valkey ?? info.get('redis_version') ?? '0';
  const name = `${valkey === undefined ? 'Redis' : 'Valkey'} ${version}`;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_VERSION;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor))
    return { level: 'ok', message: `${name}.` };
  const message = `${name} is older than ${OLDEST_VERSION.join('.')}, which Sluice needs.`;
  return { level: 'error', message, fix: 'Upgrade it to Redis 6.2 or newer, or to Valkey.' };
}

function checkEviction(info: Info): Finding {
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  if (policy === 'noeviction') return { level: 'ok', message: 'maxmemory-policy is noeviction.' };
  return {
    level: 'error',
    message: `maxmemory-policy is ${policy}: when full, Redis would delete runs and tasks without a word.`,
    fix: 'Run `CONFIG SET maxmemory-policy noeviction`, and put it into the configuration file too.',
  };
}

function checkMemory(info: Info): Finding {
  const used = Number(info.get('used_memory') ?? 0);
  const limit = Number(info.get('maxmemory') ?? 0);
  if (limit === 0) return { level: 'ok', message: `${toMegabytes(used)} used, no limit set.` };
  const message = `${toMegabytes(used)} of ${toMegabytes(limit)} used.`;
  if (used < 0.9 * limit) return { level: 'ok', message };
  return {
    level: 'warning',
    message: `${message} When full, no new run is accepted.`,
    fix: 'Raise maxmemory, or remove old runs.',
  };
}

function checkRole(info: Info): Finding {
  const role = info.get('role') ?? 'master';
  if (role === 'master') return { level: 'ok', message: 'It is a primary.' };
  return {
    level: 'error',
    message: 'It is a replica, which takes no writes.',
    fix: 'Connect to its primary.',
  };
}

function checkCluster(info: Info): Finding {
  const enabled = info.get('cluster_enabled') === '1';
  if (!enabled) return { level: 'ok', message: 'Cluster mode is off.' };
  return {
    level: 'warning',
    message: 'Cluster mode is on, but this connection is to a single node.',
    fix: 'Use a Redis without cluster mode, unless this node holds all slots.',
  };
}

async function checkPersistence(connections: Connections, info: Info): Promise<Finding> {
  if (info.get('aof_enabled') === '1') {
    if (info.get('aof_last_write_status') !== 'err')
      return { level: 'ok', message: 'The append-only file is on.' };
    const message = 'The append-only file cannot be written.';
    return { level: 'warning', message, fix: "Free space on Redis' disk, and see its log." };
  }
  const snapshots = await readSnapshotRule(connections);
  const what = 'all runs, their results and what waits in queues';
  if (snapshots === '') {
    const message = `Nothing is written to disk: a restart loses ${what}.`;
    return {
      level: 'warning',
      message,
      fix: 'Run `CONFIG SET appendonly yes`, and put it into the configuration file too.',
    };
  }
  const rule =
    snapshots === undefined
      ? 'at most snapshots (CONFIG is not allowed here)'
      : `snapshots only (save ${snapshots})`;
  const message = `Redis keeps ${rule}: a crash loses what happened to ${what} since the last one.`;
  return { level: 'warning', message, fix: 'Turn the append-only file on: `CONFIG SET appendonly yes`.' };
}

/** Undefined where this may not be asked, as with most managed services. */
async function readSnapshotRule({ call }: Connections): Promise<string | undefined> {
  try {
    const reply = await call('config', ['GET', 'save']);
    return Array.isArray(reply) ? String(reply[1] ?? '') : undefined;
  } catch {
    return undefined;
  }
}

async function checkClock({ call }: Connections, clock: Pick<Clock, 'now'>): Promise<Finding> {
  const before = clock.now();
  const [seconds, micros] = (await call('time', [])) as [string, string];
  const redis = Number(seconds) * 1_000 + Number(micros) / 1_000;
  const difference = Math.round(redis - (before + clock.now()) / 2);
  const message = `Redis' clock is ${Math.abs(difference)} ms ${difference < 0 ? 'behind' : 'ahead of'} this machine's.`;
  if (Math.abs(difference) <= MAX_CLOCK_DIFFERENCE_MS) return { level: 'ok', message };
  return { level: 'warning', message, fix: 'Let both set their clocks by NTP.' };
}

function toMegabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
