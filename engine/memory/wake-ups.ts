/** Lets readers wait for something to be appended under a key, for a time on the clock, or for their own signal. */
import type { Clock } from '../ports/clock.ts';
import { Wake } from '../ports/wake.ts';

export interface WakeUps {
  /** Resolves when one of the keys is woken, after `ms`, or when the signal aborts. */
  wait(keys: Iterable<string>, ms: number, signal?: AbortSignal): Promise<void>;
  wake(key: string): void;
  wakeAll(): void;
}

export function createWakeUps(clock: Clock): WakeUps {
  const waiting = new Map<Wake, ReadonlySet<string>>();
  return {
    async wait(keys, ms, signal) {
      if (signal?.aborted === true || ms <= 0) return;
      const sleeper = new Wake();
      const end = () => sleeper.wake();
      signal?.addEventListener('abort', end, { once: true });
      waiting.set(sleeper, new Set(keys));
      await clock.sleep(ms, sleeper);
      waiting.delete(sleeper);
      signal?.removeEventListener('abort', end);
    },
    wake(key) {
      for (const [sleeper, keys] of waiting) if (keys.has(key)) sleeper.wake();
    },
    wakeAll() {
      for (const sleeper of waiting.keys()) sleeper.wake();
    },
  };
}
