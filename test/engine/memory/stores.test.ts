import { createMemoryArtifactStore } from '../../../engine/memory/artifact-store.ts';
import { createManualClock } from '../../../engine/memory/clock.ts';
import { createMemoryLogStore } from '../../../engine/memory/log-store.ts';
import { createMemoryMembership } from '../../../engine/memory/membership.ts';
import { createMemoryRunIndex } from '../../../engine/memory/run-index.ts';
import { artifactStoreContract } from '../../contract/artifact-store.ts';
import { logStoreContract } from '../../contract/log-store.ts';
import { membershipContract } from '../../contract/membership.ts';
import { runIndexContract } from '../../contract/run-index.ts';

const close = async () => {};

membershipContract('memory', async () => {
  const clock = createManualClock(1_000);
  return { membership: createMemoryMembership({ now: clock.now }), advance: clock.advance, close };
});
runIndexContract('memory', async () => ({ index: createMemoryRunIndex(), close }));
logStoreContract('memory', async (settings) => ({ logs: createMemoryLogStore(settings), close }));
artifactStoreContract('memory', async () => ({ artifacts: createMemoryArtifactStore(), close }));
