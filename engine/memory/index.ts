/** The ports in memory, in one place. */
export { createMemoryArtifactStore, type MemoryArtifactStoreOptions } from './artifact-store.ts';
export { createMemoryAuditStore } from './audit-store.ts';
export { createMemoryCacheStore } from './cache-store.ts';
export { createManualClock, type ManualClock } from './clock.ts';
export { createMemoryDefinitionStore } from './definition-store.ts';
export { createMemoryLogStore, type MemoryLogStoreOptions } from './log-store.ts';
export { createMemoryMembership, type MemoryMembershipOptions } from './membership.ts';
export { createMemoryRunIndex, type MemoryRunIndex } from './run-index.ts';
export { createMemoryRunRemover, type MemoryRunRemoverOptions } from './run-remover.ts';
export { createMemorySecretRecords } from './secret-records.ts';
export {
  createMemoryShardStore,
  type MemoryShardStore,
  type MemoryShardStoreOptions,
} from './shard-store.ts';
export {
  createMemoryTaskQueue,
  type MemoryTaskQueue,
  type MemoryTaskQueueOptions,
  type MemoryTicketConsumer,
} from './task-queue.ts';
export { createMemoryTokenStore } from './token-store.ts';
