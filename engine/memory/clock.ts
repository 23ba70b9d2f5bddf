/** A clock that stands still until it is told to advance: for `sluice test` and for tests of what waits. */
import type { Clock } from '../ports/clock.ts';

export interface ManualClock extends Clock {
  /** Moves on by `ms`, waking sleepers in the order of their times; what they start runs before the next one wakes. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

export function createManualClock(startMs: number): ManualClock {
  let now = startMs;
  const sleepers = new Set<Sleeper>();
  const nextDue = (end: number) => {
    let next: Sleeper | undefined;
    for (const sleeper of sleepers)
      if (sleeper.at <= end && sleeper.at < (next?.at ?? Infinity)) next = sleeper;
    return next;
  };
  return {
    now: () => now,
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper: Sleeper = {
          at: now + Math.max(0, ms),
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      });
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let next = nextDue(end); next !== undefined; next = nextDue(end)) {
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = end;
    },
  };
}

/** Lets everything run that needs no time: promises, and what they start. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
