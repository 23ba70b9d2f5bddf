/** `retry`. Defaults stand in `engine/core/retry-policy.ts` (`NO_RETRY`). */
import { z } from 'zod';
import { BACKOFFS } from '../../engine/core/retry-policy.ts';
import { condition, duration, pause } from './common.ts';

export const MAX_ATTEMPTS = 1_000;

export const retry = z.union([
  z
    .int()
    .min(0)
    .max(MAX_ATTEMPTS - 1)
    .describe('Number of retries after the first attempt; pauses of 1s, 2s, 4s, … .'),
  z.strictObject({
    attempts: z.int().min(1).max(MAX_ATTEMPTS).describe('Attempts in all, the first counted.'),
    delay: pause.optional().describe('Pause before the second attempt. Default: 1s.'),
    backoff: z
      .enum(BACKOFFS)
      .optional()
      .describe(
        'How pauses grow: not at all, by `delay` each time, or by `factor` each time. Default: exponential.',
      ),
    factor: z.number().min(1).max(100).optional().describe('Growth of exponential pauses. Default: 2.'),
    max_delay: duration.optional().describe('No pause is longer. Default: 1h.'),
    jitter: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Share of a pause, 0 to 1, by which it is shortened at random. Default: 0.'),
    budget: duration.optional().describe('No new attempt begins later than this after the first began.'),
    on: condition
      .optional()
      .describe('Expression over `error`; false means no further attempt. Default: any error.'),
  }),
]);

export type RetrySource = z.infer<typeof retry>;
