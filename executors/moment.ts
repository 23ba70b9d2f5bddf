/** When something is over: a duration from now, or a time, as options of executors write them. */
import { z } from 'zod';
import { parseDuration } from '../engine/core/duration.ts';

const LONGEST_MS = 10 * 366 * 86_400_000;
const DURATION = 'expected a duration such as `30s`, `1h30m` or `PT1H30M`';
const TIME =
  'expected a time with its zone such as `2026-03-01T06:00:00Z`, or a date, which begins at midnight UTC';
const TOO_LONG = 'expected at most ten years';
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/i;

/** A duration as written in a workflow, where a bare number is an error. */
export const durationText = z
  .string({ error: DURATION })
  .refine((text) => parseDuration(text) !== undefined, { error: DURATION })
  .refine(isNotTooLong, { error: TOO_LONG });

/** A duration as resolved: an input of type `duration` arrives as its milliseconds. */
export const resolvedDuration = z
  .union([durationText, z.number().nonnegative({ error: DURATION })], { error: DURATION })
  .refine(isNotTooLong, { error: TOO_LONG });

export const timeText = z
  .string({ error: TIME })
  .refine((text) => !Number.isNaN(timeMs(text)), { error: TIME });

export function durationMs(value: string | number): number {
  return typeof value === 'number' ? value : (parseDuration(value) ?? 0);
}

/** A time without a zone would mean something else on every machine, so it is none. */
export function timeMs(text: string): number {
  return ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
}

function isNotTooLong(value: string | number): boolean {
  return durationMs(value) <= LONGEST_MS;
}
