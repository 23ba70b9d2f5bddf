/**
 * The parts of the engine that every command needs, joined on one Redis. Opens the embedded Redis where no other is named.
 * Roles (orchestrator, worker) are started on top of it, see roles.ts.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../engine/ports/clock.ts';
import type { LogStore } from '../../engine/ports/log-store.ts';
import { type Logger, SILENT } from '../../engine/ports/logger.ts';
import { type EmbeddedRedis, startEmbeddedRedis } from '../../engine/redis/embedded/index.ts';
import {
  type Connections,
  createConnections,
  createRedisAuditStore,
  createRedisSecretRecords,
  createRedisTokenStore,
  DEFAULT_PREFIX,
  type Finding,
  type QueueAddress,
  queueAddressOf,
  type RedisAddress,
  requireSuitableRedis,
} from '../../engine/redis/index.ts';
import { AccessTokens } from '../../engine/runtime/client/access-tokens.ts';
import { currentActing } from '../../engine/runtime/client/acting.ts';
import { AuditLog } from '../../engine/runtime/client/audit-log.ts';
import { auditedSecretRecords, auditedTokenStore } from '../../engine/runtime/client/audited-stores.ts';
import { createDirectoryArtifactStore } from '../../engine/runtime/files/directory-artifact-store.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import type { Metrics } from '../../monitoring/registry.ts';
import { openRedisParts, type RedisParts } from '../../sdk/redis-parts.ts';
import type { RedisFlags } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { explainSystemError } from '../system-error.ts';
import { namedArtifactStore } from './artifacts.ts';
import { auditKeep, userActing } from './auditing.ts';
import { openLogs } from './logs.ts';
import { findRedisPlace, type RedisPlace } from './redis-place.ts';
import { openSecrets, type Secrets } from './secrets.ts';

/** How long a Redis may take to answer before the command gives up, ms. */
const PATIENCE_MS = 2_000;

export interface EngineOptions extends RedisFlags {
  /**
   * What it is for. `read`: looks only, so there must be something to look at. `write`: asks for changes.
   * `serve`: a role, which takes an embedded Redis only when told `embedded`.
   */
  readonly use: 'read' | 'write' | 'serve';
  readonly embedded?: boolean;
  /** Where roles count what they do. Default: nowhere. */
  readonly metrics?: Metrics | undefined;
  readonly logger: Logger;
}

export interface Engine extends RedisParts {
  readonly connections: Connections;
  readonly logs: LogStore;
  readonly secrets: Secrets;
  readonly tokens: AccessTokens;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics | undefined;
  /** As BullMQ takes it. */
  readonly queueConnection: QueueAddress;
  readonly prefix: string;
  /** True when Redis is the private one of a folder: all who use it are on this machine. */
  readonly isEmbedded: boolean;
  /** The `.sluice` folder, when Redis is the private one in it. */
  readonly home: string | undefined;
  close(): Promise<void>;
}

/** @throws CliFailure, SluiceError redis_unreachable, redis_unsuitable, embedded_redis_unavailable, shards_mismatch */
export async function openEngine(host: Host, options: EngineOptions): Promise<Engine> {
  const place = findRedisPlace(host, options);
  checkUse(host, place, options);
  const embedded = place.kind === 'embedded' ? await startIn(host, place.home) : undefined;
  try {
    return await connect(host, { place, embedded, options });
  } catch (thrown) {
    await embedded?.stop();
    throw thrown;
  }
}

/** Folder of the embedded Redis' data, below `.sluice`. */
const DATA = 'redis';

function checkUse(host: Host, place: RedisPlace, { use, embedded }: EngineOptions): void {
  if (place.kind !== 'embedded') return;
  if (use === 'serve' && embedded !== true) {
    throw usageFailure(
      'This role needs a Redis to serve: give --redis URL, set REDIS_URL, or take the private one of this folder with --embedded.',
    );
  }
  if (use === 'read' && !existsSync(join(place.home, DATA))) {
    throw new CliFailure(
      EXIT.notFound,
      `There are no runs here: ${host.cwd} has no .sluice folder, and no --redis or REDIS_URL is given. ` +
        'Go to the folder in which the run was started, or name the Redis.',
    );
  }
}

async function startIn(host: Host, home: string): Promise<EmbeddedRedis> {
  try {
    await makeFolder(home);
    // Nothing in it is meant for a repository.
    await writeFile(join(home, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => {});
    return await startEmbeddedRedis({
      dataDirectory: join(home, DATA),
      env: host.settings.environment,
      onProgress: (text) => host.say(host.colors.dim(text)),
    });
  } catch (thrown) {
    const reason = explainSystemError(thrown);
    if (reason === undefined) throw thrown;
    throw usageFailure(
      `The private Redis keeps its data in ${home}, which cannot be used: ${reason}. ` +
        'Go to a folder that you may write to, or name another Redis with --redis or REDIS_URL.',
    );
  }
}

/** Not `recursive`: the folder around it is there, and Node never ends where the system will not make one (/proc). */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch((thrown: unknown) => {
    if (!existsSync(path)) throw thrown;
  });
}

interface Opening {
  readonly place: RedisPlace;
  readonly embedded: EmbeddedRedis | undefined;
  readonly options: EngineOptions;
}

async function connect(host: Host, { place, embedded, options }: Opening): Promise<Engine> {
  const { logger } = options;
  const prefix = options.prefix ?? host.settings.prefix ?? DEFAULT_PREFIX;
  const address = addressOf(place, embedded);
  const quiet = loggerFromNowOn(logger);
  const connections = createConnections({ ...address, prefix, logger: quiet.logger });
  const clock = createRealClock();
  try {
    await connections.ready(PATIENCE_MS);
    quiet.open();
    if (options.use !== 'read') warnOf(await requireSuitableRedis(connections, clock), options);
    const audit = new AuditLog({
      store: createRedisAuditStore(connections),
      now: clock.now,
      ...auditKeep(host),
    });
    const auditing = {
      log: audit,
      acting: options.use === 'write' ? userActing : currentActing,
    };
    const far =
      namedArtifactStore(host, options.artifacts) ??
      (place.kind === 'embedded' ? createDirectoryArtifactStore(join(place.home, 'artifacts')) : undefined);
    const parts = await openRedisParts({ connections, auditing, clock, artifacts: far });
    const records = auditedSecretRecords(createRedisSecretRecords(connections), auditing);
    return {
      ...parts,
      connections,
      logs: openLogs(host, options.logs, { connections, shards: parts.shards }),
      secrets: openSecrets({ settings: host.settings, records, clock, home: homeOf(place) }),
      tokens: new AccessTokens({
        store: auditedTokenStore(createRedisTokenStore(connections), auditing),
        now: clock.now,
        random: randomBytes,
      }),
      audit,
      clock,
      logger,
      metrics: options.metrics,
      queueConnection: queueAddressOf(address),
      prefix,
      isEmbedded: place.kind === 'embedded',
      home: homeOf(place),
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

function homeOf(place: RedisPlace): string | undefined {
  return place.kind === 'embedded' ? place.home : undefined;
}

/** Until Redis has answered once, the command's own failure says all that there is to say. */
function loggerFromNowOn(logger: Logger): { readonly logger: Logger; open(): void } {
  let current: Logger = SILENT;
  return {
    logger: {
      debug: (message, fields) => current.debug(message, fields),
      info: (message, fields) => current.info(message, fields),
      warn: (message, fields) => current.warn(message, fields),
      error: (message, fields) => current.error(message, fields),
    },
    open() {
      current = logger;
    },
  };
}

/** A role will live long, so its operator hears what could be lost; for one command it would be noise. */
function warnOf(findings: readonly Finding[], { use, logger }: EngineOptions): void {
  if (use !== 'serve') return;
  for (const { level, message, fix } of findings) {
    if (level === 'warning') logger.warn(`${message} ${fix ?? ''}`.trim());
  }
}

function addressOf(place: RedisPlace, embedded: EmbeddedRedis | undefined): RedisAddress {
  return place.kind === 'address' ? place.address : { path: embedded?.connection.path ?? '' };
}
