import { createMemoryArtifactStore } from '../../../engine/memory/artifact-store.ts';
import { createMemoryAuditStore } from '../../../engine/memory/audit-store.ts';
import { createMemoryCacheStore } from '../../../engine/memory/cache-store.ts';
import { createManualClock } from '../../../engine/memory/clock.ts';
import { createMemoryDefinitionStore } from '../../../engine/memory/definition-store.ts';
import { createMemoryLogStore } from '../../../engine/memory/log-store.ts';
import { createMemoryMembership } from '../../../engine/memory/membership.ts';
import { createMemoryRunIndex } from '../../../engine/memory/run-index.ts';
import { createMemoryRunRemover } from '../../../engine/memory/run-remover.ts';
import { createMemorySecretRecords } from '../../../engine/memory/secret-records.ts';
import { createMemoryShardStore } from '../../../engine/memory/shard-store.ts';
import { createMemoryTokenStore } from '../../../engine/memory/token-store.ts';
import { artifactStoreContract } from '../../contract/artifact-store.ts';
import { auditStoreContract } from '../../contract/audit-store.ts';
import { cacheStoreContract } from '../../contract/cache-store.ts';
import { definitionStoreContract } from '../../contract/definition-store.ts';
import { logStoreContract } from '../../contract/log-store.ts';
import { membershipContract } from '../../contract/membership.ts';
import { runIndexContract } from '../../contract/run-index.ts';
import { runRemoverContract } from '../../contract/run-remover.ts';
import { secretRecordsContract } from '../../contract/secret-records.ts';
import { tokenStoreContract } from '../../contract/token-store.ts';

const close = async () => {};

membershipContract('memory', async () => {
  const clock = createManualClock(1_000);
  return { membership: createMemoryMembership({ now: clock.now }), advance: clock.advance, close };
});
definitionStoreContract('memory', async () => ({ definitions: createMemoryDefinitionStore(), close }));
runIndexContract('memory', async () => ({ index: createMemoryRunIndex(), close }));
logStoreContract('memory', async (settings) => ({ logs: createMemoryLogStore(settings), close }));
artifactStoreContract('memory', async () => ({ artifacts: createMemoryArtifactStore(), close }));
secretRecordsContract('memory', async () => ({ records: createMemorySecretRecords(), close }));
tokenStoreContract('memory', async () => ({ tokens: createMemoryTokenStore(), close }));
auditStoreContract('memory', async () => ({ audit: createMemoryAuditStore(), close }));
cacheStoreContract('memory', async () => {
  const clock = createManualClock(1_000);
  return { cache: createMemoryCacheStore({ now: clock.now }), advance: clock.advance, close };
});

runRemoverContract('memory', async () => {
  const clock = createManualClock(1_000);
  const store = createMemoryShardStore({ now: clock.now, clock, shards: 2, random: () => 0.5 });
  const index = createMemoryRunIndex();
  const logs = createMemoryLogStore();
  const artifacts = createMemoryArtifactStore();
  const remover = createMemoryRunRemover({ store, index, logs, artifacts });
  return { store, index, logs, artifacts, remover, close: () => store.close() };
});
