/** Waits for the wake-up that BullMQ puts beside the jobs of a queue: a member of a sorted set, its score the time it is meant for. */
import type { Worker } from 'bullmq';
import type { MemberWait } from './connection-settings.ts';

export interface MarkerWait {
  /** The time that the wake-up is for, ms since 1970 (0: now); null when none came in time, or the wait was cut. */
  wait(timeoutS: number): Promise<number | null>;
  /** Ends the wait under way; resolves when Redis knows, so that it takes no wake-up from others. */
  cut(): Promise<void>;
  /** Makes it fit to wait again after a cut, or a failure. */
  mend(): Promise<void>;
}

/** On the blocking connection of the worker. */
export function markerWaitOf(worker: Worker): MarkerWait {
  const backend = worker.getBackend();
  return {
    wait: async (timeoutS) => (await backend.waitForJob(timeoutS))?.score ?? null,
    cut: () => backend.disconnectBlocking(),
    mend: () => backend.reconnectBlocking(),
  };
}

/** Where that connection is one to a Cluster, it may never come back from a fail-over. */
export function markerWaitOn(members: MemberWait, worker: Worker): MarkerWait {
  let current = new AbortController();
  return {
    wait: (timeoutS) => members.popFirst(worker.keys['marker'] ?? '', timeoutS, current.signal),
    async cut() {
      current.abort();
    },
    async mend() {
      if (current.signal.aborted) current = new AbortController();
    },
  };
}
