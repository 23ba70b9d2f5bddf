/** How often somebody may call: each token for itself, those without a good one by their address. Counted by each server alone. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RequestFailure } from '../problem.ts';
import type { Rates } from './settings.ts';

/** Seconds over which requests are counted: as many may come at once as are allowed in this time. */
const WINDOW_S = 10;

export interface RequestRate {
  /** Counts a request. @throws RequestFailure rate_limited */
  count(caller: string): Promise<void>;
  /** Counts a request without a good token. @throws RequestFailure rate_limited */
  countStranger(address: string): Promise<void>;
}

/** A rate of 0: no limit. */
export function createRequestRate({ perSecond, strangersPerMinute }: Rates): RequestRate {
  const callers = limiter(perSecond * WINDOW_S, WINDOW_S);
  const strangers = limiter(strangersPerMinute, 60);
  return {
    count: (caller) => consume(callers, caller),
    countStranger: (address) => consume(strangers, address),
  };
}

function limiter(points: number, duration: number): RateLimiterMemory | undefined {
  return points > 0 ? new RateLimiterMemory({ points, duration }) : undefined;
}

async function consume(counter: RateLimiterMemory | undefined, key: string): Promise<void> {
  try {
    await counter?.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
    throw new RequestFailure('rate_limited', `Too many requests; try again in ${seconds} s.`, {
      headers: { 'retry-after': String(seconds) },
    });
  }
}
