/** The parts of the engine on an open connection to Redis: the same for programs that use the SDK and for the command line. */
import { randomBytes } from 'node:crypto';
import type { ArtifactStore } from '../engine/ports/artifact-store.ts';
import type { CacheStore } from '../engine/ports/cache-store.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { DefinitionStore } from '../engine/ports/definition-store.ts';
import type { Membership } from '../engine/ports/membership.ts';
import type { RunIndex } from '../engine/ports/run-index.ts';
import type { ShardStore } from '../engine/ports/shard-store.ts';
import {
  type Connections,
  createRedisArtifactStore,
  createRedisCacheStore,
  createRedisDefinitionStore,
  createRedisMembership,
  createRedisRunIndex,
  createRedisShardStore,
} from '../engine/redis/index.ts';
import {
  type Auditing,
  auditedDefinitionStore,
  auditedShardStore,
} from '../engine/runtime/client/audited-stores.ts';
import { type Client, createClient } from '../engine/runtime/client/client.ts';
import { findAppliedOrStarted } from '../engine/runtime/client/find-workflow.ts';
import { Definitions } from '../engine/runtime/definition/definitions.ts';
import { createOutputStore, type OutputStore } from '../engine/runtime/files/output-store.ts';

export interface RedisParts {
  /** For people and programs: changes are recorded in the audit log. */
  readonly store: ShardStore;
  /** For orchestrators and workers. */
  readonly roleStore: ShardStore;
  readonly shards: number;
  readonly client: Client;
  readonly index: RunIndex;
  readonly definitions: DefinitionStore;
  readonly membership: Membership;
  readonly artifacts: ArtifactStore;
  /** For outputs that are too large for a run's state. */
  readonly outputs: OutputStore;
  readonly cache: CacheStore;
}

export interface PartsOptions {
  readonly connections: Connections;
  readonly auditing: Auditing;
  readonly clock: Clock;
  /** Where artifacts are kept, if that is not Redis. */
  readonly artifacts: ArtifactStore | undefined;
}

/** @throws SluiceError redis_unreachable, shards_mismatch */
export async function openRedisParts(options: PartsOptions): Promise<RedisParts> {
  const { connections, auditing, clock, artifacts: far } = options;
  const roleStore = createRedisShardStore(connections);
  const shards = await roleStore.shards();
  const store = auditedShardStore(roleStore, shards, auditing);
  const index = createRedisRunIndex(connections);
  const definitions = auditedDefinitionStore(createRedisDefinitionStore(connections), auditing);
  const random = () => randomBytes(10);
  const newRequestId = () => random().toString('hex');
  const applied = new Definitions({ definitions, store, shards, waitMs: 0, newRequestId });
  const findWorkflow = findAppliedOrStarted(applied, index);
  const near = createRedisArtifactStore(connections, { shards });
  const outputs = createOutputStore({ near, ...(far ? { far } : {}) });
  return {
    store,
    roleStore,
    shards,
    index,
    definitions,
    client: createClient({ store, index, shards, clock, random, outputs, findWorkflow }),
    membership: createRedisMembership(connections),
    artifacts: far ?? near,
    outputs,
    cache: createRedisCacheStore(connections),
  };
}
