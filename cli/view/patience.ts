/** Outlasts short outages of Redis, and of the bucket with the logs, while a run is being watched: the run goes on without us, so we wait for its news. */
import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError, type SluiceErrorCode } from '../../engine/core/errors.ts';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

export interface Patience {
  /** Repeats a reading call through outages. @throws SluiceError once it was away for a minute. */
  outlast<T>(call: () => Promise<T>): Promise<T>;
}

export function createPatience(note: (text: string) => void): Patience {
  let since: number | undefined;
  return {
    async outlast(call) {
      for (;;) {
        try {
          const value = await call();
          since = undefined;
          return value;
        } catch (thrown) {
          if (!isOutage(thrown)) throw thrown;
          if (since === undefined) note(`${thrown.message} Waiting for it; the run is not lost.`);
          since ??= performance.now();
          if (performance.now() - since > PATIENCE_MS) throw thrown;
          await pause(PAUSE_MS);
        }
      }
    },
  };
}

const OUTAGES: ReadonlySet<SluiceErrorCode> = new Set<SluiceErrorCode>([
  'redis_unreachable',
  'redis_refused',
  'logs_unreachable',
]);

function isOutage(thrown: unknown): thrown is SluiceError {
  return thrown instanceof SluiceError && OUTAGES.has(thrown.code);
}
