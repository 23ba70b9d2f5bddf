/** `repeat` and `cache`: doing a task again until it is so, and not doing it again. */
import { z } from 'zod';
import { condition, duration, pause } from './common.ts';

export const MAX_ITERATIONS = 1_000_000;

export const repeat = z.strictObject({
  until: condition
    .optional()
    .describe('Expression over `self`; true ends the repeating. Needed without `max`.'),
  max: z
    .int()
    .min(1)
    .max(MAX_ITERATIONS)
    .optional()
    .describe('Iterations at most; the task fails when `until` is not true by then. Needed without `until`.'),
  delay: pause.optional().describe('Pause between iterations; holds no worker. Default: 1s.'),
});

export const cache = z.strictObject({
  key: z.string().min(1).max(1_000).describe('A success with the same key is used again.'),
  files: z
    .union([
      z.string().min(1).describe('A path or pattern in the folder of the workflow.'),
      z.array(z.string().min(1)).describe('Paths or patterns in the folder of the workflow.'),
    ])
    .optional()
    .describe('Files whose content goes into the key, such as `src/**`.'),
  ttl: duration.optional().describe('How long a success may be used again. Default: no bound.'),
});

export type RepeatSource = z.infer<typeof repeat>;
export type CacheSource = z.infer<typeof cache>;
