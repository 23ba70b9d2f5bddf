/** `uses: wait`: ends after a while or at a time. Holds no worker and no slot meanwhile. */
import { z } from 'zod';
import { parseDuration } from '../engine/core/duration.ts';
import type { EngineExecutor, EngineOutcome } from '../engine/ports/executor.ts';
import { evaluateWith } from './evaluate-with.ts';

const LONGEST_MS = 10 * 366 * 86_400_000;
const DURATION = 'expected a duration such as `30s`, `1h30m` or `PT1H30M`';
const TIME =
  'expected a time with its zone such as `2026-03-01T06:00:00Z`, or a date, which begins at midnight UTC';
const TOO_LONG = 'expected at most ten years';
const ONE = 'give either `for` (a duration) or `until` (a time)';
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/i;

const forText = z
  .string({ error: DURATION })
  .refine((text) => parseDuration(text) !== undefined, { error: DURATION })
  .refine(isNotTooLong, { error: TOO_LONG });
const until = z
  .string({ error: TIME })
  .refine((text) => !Number.isNaN(timeMs(text)), { error: TIME })
  .optional()
  .describe('When to go on, as a date and time. A time that has passed does not wait.');

/** As written in a workflow, where a bare number is an error. */
const waitOptions = z
  .strictObject({ for: forText.optional().describe('How long to wait, as a duration.'), until })
  .refine(hasOne, { error: ONE });
/** As resolved: an input of type `duration` arrives as its milliseconds. */
const resolvedOptions = z
  .strictObject({
    for: z
      .union([forText, z.number().nonnegative({ error: DURATION })], { error: DURATION })
      .refine(isNotTooLong, { error: TOO_LONG })
      .optional(),
    until,
  })
  .refine(hasOne, { error: ONE });

export function waitExecutor(): EngineExecutor {
  return {
    place: 'engine',
    name: 'wait',
    summary: 'Waits for a duration or until a time, without a worker.',
    options: waitOptions,
    fixedOutputs: {},
    evaluate: (options, now) =>
      evaluateWith(resolvedOptions, 'wait', options, (checked) => waitUntil(checked, now)),
  };
}

function waitUntil(options: z.infer<typeof resolvedOptions>, now: number): EngineOutcome {
  const until = options.until === undefined ? now + durationMs(options.for ?? 0) : timeMs(options.until);
  return until <= now ? { kind: 'succeeded', outputs: {} } : { kind: 'wait', until, outputs: {} };
}

function durationMs(value: string | number): number {
  return typeof value === 'number' ? value : (parseDuration(value) ?? 0);
}

/** A time without a zone would mean something else on every machine, so it is none. */
function timeMs(text: string): number {
  return ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
}

function isNotTooLong(value: string | number): boolean {
  return durationMs(value) <= LONGEST_MS;
}

function hasOne(options: { for?: unknown; until?: unknown }): boolean {
  return (options.for === undefined) !== (options.until === undefined);
}
