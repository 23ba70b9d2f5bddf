/** Looks at a Redis with the eyes of an operator: would it lose data, and is anything about it unusual? */
import { messageOf, SluiceError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connections, Server } from './connection.ts';

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
const MAX_CLOCK_DIFFERENCE_MS = 1_000;

/**
 * Findings about version, eviction, persistence, clock, memory and role; of each primary of a Cluster, and of the Cluster.
 * @throws SluiceError redis_unreachable, redis_refused.
 */
export async function inspectRedis(
  connections: Connections,
  clock: Pick<Clock, 'now'>,
): Promise<readonly Finding[]> {
  const before = clock.now();
  const [infos, saves, times] = await Promise.all([
    connections.callEach('info', []),
    // Not allowed by most managed services.
    connections.callEach('config', ['GET', 'save']).catch(() => []),
    connections.callEach('time', []),
  ]);
  const isCluster = connections.clusterReads !== undefined;
  const findings = infos.flatMap(([place, reply]) => {
    const info = parseInfo(String(reply));
    const found = [
      checkVersion(info),
      checkEviction(info),
      checkMemory(info),
      checkRole(info),
      ...(isCluster ? [] : [checkClusterMode(info)]),
      checkPersistence(info, snapshotRule(replyOf(saves, place))),
      checkClock(replyOf(times, place), (before + clock.now()) / 2),
    ];
    return isCluster
      ? found.map((finding) => ({ ...finding, message: `${place}: ${finding.message}` }))
      : found;
  });
  return isCluster ? [await checkCluster(connections, infos.length), ...findings] : findings;
}

/** What stores a step runs in Redis, as a script; some managed services, and users of Redis, may not. Each primary of a Cluster is asked. */
export async function inspectScripts(connections: Connections): Promise<Finding> {
  const { call, keys, servers } = connections;
  try {
    for (const server of servers()) await runScript(connections, server);
    await call('eval', ["return redis.call('EXISTS', KEYS[1])", 1, keys.meta()]);
    return { level: 'ok', message: 'Scripts run.' };
  } catch (thrown) {
    return {
      level: 'error',
      message: `Scripts are refused: ${messageOf(thrown)}`,
      fix: 'Allow EVAL, EVALSHA and SCRIPT LOAD; docs/security.md has the rules of its users.',
    };
  }
}

async function runScript({ clusterReads }: Connections, { place, call }: Server): Promise<void> {
  try {
    await call('eval', ["return redis.call('PING')", 0]);
  } catch (thrown) {
    if (clusterReads === undefined) throw thrown;
    throw new Error(`${place}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function replyOf(replies: readonly (readonly [place: string, reply: unknown])[], place: string): unknown {
  return replies.find(([of]) => of === place)?.[1];
}

/** A slot that nobody serves takes its shard, or its queue, out of service. */
async function checkCluster({ call }: Connections, primaries: number): Promise<Finding> {
  const info = parseInfo(String(await call('cluster', ['INFO'])));
  const message = `Redis Cluster of ${primaries} ${primaries === 1 ? 'primary' : 'primaries'}, state ${info.get('cluster_state')}.`;
  if (info.get('cluster_state') === 'ok') return { level: 'ok', message };
  return {
    level: 'error',
    message,
    fix: 'See CLUSTER INFO and CLUSTER SLOTS: all 16384 slots must be served.',
  };
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

function checkClusterMode(info: Info): Finding {
  const enabled = info.get('cluster_enabled') === '1';
  if (!enabled) return { level: 'ok', message: 'Cluster mode is off.' };
  return {
    level: 'warning',
    message: 'Cluster mode is on, but this address is of a single node.',
    fix: 'Write redis-cluster://host:port instead of redis://host:port, unless this node holds all slots.',
  };
}

function checkPersistence(info: Info, snapshots: string | undefined): Finding {
  if (info.get('aof_enabled') === '1') {
    if (info.get('aof_last_write_status') !== 'err')
      return { level: 'ok', message: 'The append-only file is on.' };
    const message = 'The append-only file cannot be written.';
    return { level: 'warning', message, fix: "Free space on Redis' disk, and see its log." };
  }
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

/** Of the reply to CONFIG GET; undefined where that may not be asked. */
function snapshotRule(reply: unknown): string | undefined {
  return Array.isArray(reply) ? String(reply[1] ?? '') : undefined;
}

function checkClock(reply: unknown, own: number): Finding {
  const [seconds, micros] = Array.isArray(reply) ? reply.map(Number) : [];
  const redis = (seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000;
  const difference = Math.round(redis - own);
  const message = `Redis' clock is ${Math.abs(difference)} ms ${difference < 0 ? 'behind' : 'ahead of'} this machine's.`;
  if (Math.abs(difference) <= MAX_CLOCK_DIFFERENCE_MS) return { level: 'ok', message };
  return { level: 'warning', message, fix: 'Let both set their clocks by NTP.' };
}

function toMegabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
