/** The parts of the engine on one Redis, as the SDK needs them. Roles are started on top of it, see roles.ts. */
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { SluiceError } from '../engine/core/errors.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { LogStore } from '../engine/ports/log-store.ts';
import { type Logger, SILENT } from '../engine/ports/logger.ts';
import type { SecretStore } from '../engine/ports/secret-store.ts';
import { type EmbeddedRedis, startEmbeddedRedis } from '../engine/redis/embedded/index.ts';
import {
  ADDRESS_FORMS,
  type Connections,
  createConnections,
  createRedisAuditStore,
  createRedisLogStore,
  DEFAULT_PREFIX,
  parseRedisAddress,
  type QueueAddress,
  queueAddressOf,
  type RedisAddress,
  readTlsFiles,
  requireSuitableRedis,
} from '../engine/redis/index.ts';
import { AuditLog } from '../engine/runtime/client/audit-log.ts';
import type { Auditing } from '../engine/runtime/client/audited-stores.ts';
import { createDirectoryArtifactStore } from '../engine/runtime/files/directory-artifact-store.ts';
import { createRealClock } from '../engine/runtime/real-clock.ts';
import { openArtifactPlace } from './artifact-place.ts';
import { logCap, openLogPlace } from './log-place.ts';
import { openRedisParts, type RedisParts } from './redis-parts.ts';
import { openSecrets } from './secrets.ts';
import { readSettings, type Settings } from './settings.ts';

/** Which Redis to use. */
export interface RedisOptions {
  /**
   * `redis://host:6379`, `rediss://…` for TLS, `unix:///path/of/socket`, `redis-sentinel://host:26379,…#name`, or
   * `redis-cluster://host:7000,…`. Default: REDIS_URL.
   */
  readonly redis?: string;
  /** Begins every key, so that installations can share a Redis. Default: SLUICE_PREFIX, else `sluice:`. */
  readonly prefix?: string;
  /**
   * The private Redis of a folder, started when needed and shared with the `sluice` commands of that folder: `true` for
   * `.sluice` below the current folder, or the path of such a folder.
   */
  readonly embedded?: boolean | string;
  /**
   * Where artifacts are kept: `s3://bucket/prefix` (keys from SLUICE_S3_…), or a folder that all roles share. Default:
   * SLUICE_ARTIFACTS, else beside Redis.
   */
  readonly artifacts?: string;
  /** For the engine's own messages. Default: silent. */
  readonly logger?: Logger;
  /** Who stands in the audit log for what this program changes. Default: the system user. */
  readonly by?: string;
}

export interface EngineParts extends RedisParts {
  readonly connections: Connections;
  readonly logs: LogStore;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queueConnection: QueueAddress;
  readonly prefix: string;
  /** All who use this Redis are on this machine. */
  readonly isEmbedded: boolean;
  readonly settings: Settings;
  /** `PUBLISH` on this Redis. */
  publish(channel: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** How long Redis may take to answer at first, ms. */
const PATIENCE_MS = 5_000;

/** @throws SluiceError redis_unreachable, redis_unsuitable, embedded_redis_unavailable, not_possible without any Redis */
export async function openParts(options: RedisOptions): Promise<EngineParts> {
  const settings = readSettings();
  const home = homeOf(options);
  const address = home === undefined ? (options.redis ?? settings.redis) : undefined;
  if (home === undefined && address === undefined) throw noRedis();
  const embedded = home === undefined ? undefined : await startIn(home, settings);
  try {
    return await joinParts({
      options,
      settings,
      home,
      embedded,
      connection: connectionTo(address, embedded, settings),
    });
  } catch (thrown) {
    await embedded?.stop();
    throw thrown;
  }
}

function homeOf({ embedded, redis }: RedisOptions): string | undefined {
  if (embedded === undefined || embedded === false) return undefined;
  if (redis !== undefined)
    throw new SluiceError('not_possible', 'Both `redis` and `embedded` are given; give one of them.');
  return resolve(embedded === true ? '.sluice' : embedded);
}

function noRedis(): SluiceError {
  return new SluiceError(
    'redis_unreachable',
    'No Redis is named: give `redis: "redis://host:6379"`, set REDIS_URL, or take a private one with `embedded: true`.',
  );
}

/** Nothing in the folder is meant for a repository. */
async function startIn(home: string, settings: Settings): Promise<EmbeddedRedis> {
  await mkdir(home, { recursive: true });
  await writeFile(join(home, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => {});
  return startEmbeddedRedis({ dataDirectory: join(home, 'redis'), env: settings.environment });
}

function connectionTo(
  address: string | undefined,
  embedded: EmbeddedRedis | undefined,
  { environment }: Settings,
): RedisAddress {
  if (address === undefined) return { path: embedded?.connection.path ?? '' };
  const found = parseRedisAddress(address, readTlsFiles(environment));
  if (found !== undefined) return found;
  // The text may hold a password, so it is not repeated.
  throw new SluiceError('redis_unreachable', `\`redis\` is not the address of a Redis. ${ADDRESS_FORMS}`);
}

interface Opening {
  readonly options: RedisOptions;
  readonly settings: Settings;
  readonly home: string | undefined;
  readonly embedded: EmbeddedRedis | undefined;
  readonly connection: RedisAddress;
}

async function joinParts({ options, settings, home, embedded, connection }: Opening): Promise<EngineParts> {
  const logger = options.logger ?? SILENT;
  const place = options.artifacts ?? settings.artifacts;
  const named = place === undefined ? undefined : openArtifactPlace(place, '.', settings.s3);
  const prefix = options.prefix ?? settings.prefix ?? DEFAULT_PREFIX;
  const connections = createConnections({ ...connection, prefix, logger });
  const clock = createRealClock();
  try {
    await connections.ready(PATIENCE_MS);
    await requireSuitableRedis(connections, clock);
    const far =
      named ?? (home === undefined ? undefined : createDirectoryArtifactStore(join(home, 'artifacts')));
    const auditing = auditingOf(connections, { by: options.by, now: clock.now });
    const parts = await openRedisParts({ connections, auditing, clock, artifacts: far });
    return {
      ...parts,
      connections,
      logs:
        openLogPlace(settings, '.') ??
        createRedisLogStore(connections, { shards: parts.shards, ...logCap(settings.logBytes) }),
      secrets: openSecrets({ environment: settings.environment, connections, clock, home }),
      clock,
      logger,
      queueConnection: queueAddressOf(connection),
      prefix,
      isEmbedded: home !== undefined,
      publish: async (channel, text) => void (await connections.call('publish', [channel, text])),
      settings,
      async close() {
        await parts.store.close();
        await embedded?.stop();
      },
    };
  } catch (thrown) {
    await connections.close();
    throw thrown;
  }
}

interface Acts {
  readonly by: string | undefined;
  readonly now: () => number;
}

/** A program that is not told who it is acts for the system user that runs it. */
function auditingOf(connections: Connections, { by, now }: Acts): Auditing {
  const who = { kind: 'user', name: by ?? systemUser() } as const;
  return {
    log: new AuditLog({ store: createRedisAuditStore(connections), now }),
    acting: () => ({ who }),
  };
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
