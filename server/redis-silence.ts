/**
 * What to do while Redis says nothing. A Redis that is gone refuses at once; one that is frozen, or behind a dead network, takes
 * commands and is silent, and whoever asked would wait with it. Each request that takes long has Redis asked beside it, and ends
 * when there is no answer to that either.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import { messageOf, SluiceError } from '../engine/core/errors.ts';
import type { ServerEnv, ServerParts } from './parts.ts';

type Store = Pick<ServerParts, 'store'>;

/** A Redis that takes longer to answer is not ready, ms. */
const PATIENCE_MS = 2_000;
/** A request that takes so long has Redis asked, and again each time, ms. Requests may wait for runs, so long is not wrong. */
const LOOK_MS = 3_000;

/** `ok`, or what is wrong. */
export async function redisState({ store }: Store): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, `no answer within ${PATIENCE_MS} ms`);
  });
  const asked = store.now().then(() => 'ok', messageOf);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

export function endWithRedis(parts: Store): MiddlewareHandler<ServerEnv> {
  return async (_context, next) => {
    const over = new AbortController();
    const answered = next().finally(() => over.abort());
    const silent = untilSilent(parts, over.signal);
    // The one that comes second is of no interest any more.
    answered.catch(() => {});
    silent.catch(() => {});
    await Promise.race([answered, silent]);
  };
}

/** @throws SluiceError redis_unreachable; resolves when nobody waits any more */
async function untilSilent(parts: Store, signal: AbortSignal): Promise<void> {
  for (;;) {
    await pause(LOOK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const state = await redisState(parts);
    if (state !== 'ok' && !signal.aborted)
      throw new SluiceError(
        'redis_unreachable',
        `Redis does not answer (${state}). What was asked may have been taken nevertheless; ask again when \`/readyz\` says ok, a start with the same Idempotency-Key.`,
      );
  }
}
