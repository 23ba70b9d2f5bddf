/** Removes runs from the stores in memory. What is given is emptied; a crash in between is not simulated. */
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { RunRemover } from '../ports/run-remover.ts';
import type { MemoryLogStore } from './log-store.ts';
import type { MemoryRunIndex } from './run-index.ts';
import type { MemoryShardStore } from './shard-store.ts';

export interface MemoryRunRemoverOptions {
  readonly store: MemoryShardStore;
  readonly index?: MemoryRunIndex;
  readonly logs?: MemoryLogStore;
  readonly artifacts?: Pick<ArtifactStore, 'remove'>;
}

export function createMemoryRunRemover(options: MemoryRunRemoverOptions): RunRemover {
  const { store, index, logs, artifacts } = options;
  return {
    async remove(run) {
      if (!store.removeRun(run)) return false;
      logs?.forget(run);
      index?.forget(run);
      await artifacts?.remove?.(run);
      return true;
    },
  };
}
