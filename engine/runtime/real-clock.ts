/** The machine's clock: the only place of the engine that reads the time of day or sets a timer. */
import type { Clock } from '../ports/clock.ts';
import type { WakeSignal } from '../ports/wake.ts';

/** Longer timers fire at once in Node, so a long sleep is cut into pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createRealClock(): Clock {
  return { now: () => Date.now(), sleep };
}

async function sleep(ms: number, signal?: WakeSignal): Promise<void> {
  for (let rest = ms; rest > LONGEST_TIMER_MS && signal?.aborted !== true; rest -= LONGEST_TIMER_MS) {
    await sleepPiece(LONGEST_TIMER_MS, signal);
    ms = rest - LONGEST_TIMER_MS;
  }
  await sleepPiece(ms, signal);
}

function sleepPiece(ms: number, signal?: WakeSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.max(0, ms));
    signal?.addEventListener('abort', wake, { once: true });
  });
}
