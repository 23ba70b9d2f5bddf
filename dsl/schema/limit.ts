/** `concurrency` and `rate_limit`: bounds by a key, across all runs of a namespace. */
import { z } from 'zod';
import { duration } from './common.ts';

export const ON_LIMIT = ['queue', 'cancel_running', 'reject'] as const;

const key = z
  .string()
  .min(1)
  .max(1_000)
  .describe('Name of the limit, often with an expression in it. All that name the same key share it.');
const places = z.int().min(1).max(1_000_000).describe('How many may hold it at once.');

const oneConcurrency = z.strictObject({ key, limit: places });

export const concurrency = z.union([
  oneConcurrency,
  z.array(oneConcurrency).min(1).describe('Several limits; a node starts when it holds all of them.'),
]);

export const runConcurrency = z.strictObject({
  key,
  limit: places,
  on_limit: z
    .enum(ON_LIMIT)
    .optional()
    .describe(
      'What a run does that finds no place: wait, cancel the oldest that runs, or fail. Default: queue.',
    ),
});

const oneRateLimit = z.strictObject({
  key,
  limit: z.int().min(1).max(1_000_000_000).describe('Units within any window of `per`.'),
  per: duration.describe('Length of the window.'),
  cost: z
    .union([
      z.number().positive().describe('Units that one attempt takes.'),
      z.string().min(1).describe('Expression for the units that one attempt takes.'),
    ])
    .optional()
    .describe('Units that one attempt takes. Default: 1.'),
});

export const rateLimit = z.union([
  oneRateLimit,
  z.array(oneRateLimit).min(1).describe('Several limits; an attempt takes units of all of them.'),
]);

export type ConcurrencySource = z.infer<typeof concurrency>;
export type RunConcurrencySource = z.infer<typeof runConcurrency>;
export type RateLimitSource = z.infer<typeof rateLimit>;

/** The entries of a key that takes one or a list. */
export function oneOrMany<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
