/** The ports of the engine on Redis. Only this folder imports ioredis. */
export { ADDRESS_FORMS, parseRedisAddress, type RedisAddress } from './address.ts';
export { createRedisArtifactStore, type RedisArtifactStoreOptions } from './artifact-store.ts';
export { createRedisAuditStore } from './audit-store.ts';
export { createRedisCacheStore } from './cache-store.ts';
export { type ConnectionOptions, type Connections, createConnections } from './connection.ts';
export { createRedisDefinitionStore } from './definition-store.ts';
export { type Finding, inspectRedis, requireSuitableRedis } from './doctor.ts';
export { createKeys, DEFAULT_PREFIX, type Keys } from './keys.ts';
export { createRedisLogStore, type RedisLogStoreOptions } from './log-store.ts';
export { createRedisMembership } from './membership.ts';
export { type QueueAddress, queueAddressOf } from './queue-address.ts';
export { createRedisRunIndex } from './run-index.ts';
export { createRedisRunRemover } from './run-remover.ts';
export { createRedisSecretRecords } from './secret-records.ts';
export { createRedisShardStore, type RedisShardStoreOptions } from './shard-store.ts';
export { DEFAULT_SHARDS } from './store-context.ts';
export { readTlsFiles } from './tls-files.ts';
export { createRedisTokenStore } from './token-store.ts';
