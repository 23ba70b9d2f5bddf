/** Building blocks that several nouns of the schema share. */
import { z } from 'zod';
import { parseDuration } from '../../engine/core/duration.ts';
import type { Json, Template } from '../../engine/core/json.ts';
import { ENV_NAME_PATTERN, NAME_PATTERN } from '../name.ts';

/** Keys whose value is a duration; a bare number there gets a diagnostic of its own. */
export const DURATION_KEYS: ReadonlySet<string> = new Set([
  'timeout',
  'queue_timeout',
  'delay',
  'max_delay',
  'budget',
  'heartbeat',
  'deadline',
  'ttl',
  'per',
  'every',
  'window',
  'age',
  'succeeded',
  'failed',
  'cancelled',
  'retention',
]);

const DURATION_PATTERN = '^((\\d+(\\.\\d+)?(ms|s|m|h|d|w))+|P(?=.)[0-9.WDTHMS]+)$';

/** A name as in `name.ts`. */
export const name = z.string().regex(NAME_PATTERN);

/** Ten years. A longer one is a slip of the pen, and further on its end would be no date. */
export const MAX_DURATION = '3653d';
const MAX_DURATION_MS = parseDuration(MAX_DURATION) ?? 0;

const boundedText = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) <= MAX_DURATION_MS, { params: { code: 'long_duration' } });

/** A duration with units, above zero. */
export const duration = boundedText
  .refine((text) => (parseDuration(text) ?? 0) > 0, { params: { code: 'bad_duration' } })
  .meta({ pattern: DURATION_PATTERN });

/** A duration that may be zero. */
export const pause = boundedText
  .refine((text) => parseDuration(text) !== undefined, { params: { code: 'bad_duration' } })
  .meta({ pattern: DURATION_PATTERN });

/** Text that is an expression, with or without braces; `true` and `false` are expressions, too. */
export const condition = z.union([z.string().min(1), z.boolean()]);

/** Any JSON. What reaches the schema was built as JSON by `data.ts`, so there is nothing to check. */
export const anyJson: z.ZodType<Json> = z.unknown() as z.ZodType<Json>;
export const template: z.ZodType<Template> = anyJson;

export const env = z.record(z.string().regex(ENV_NAME_PATTERN), template);
export const names = z.record(name, template);

/** A bounded number of lines; `description` is shown in lists. */
export const description = z.string().max(10_000);

/** 0 lowest to 9. */
export const priority = z.int().min(0).max(9);

export const queue = z.string().regex(NAME_PATTERN);

/** Labels of runs, and those asked of workers. Values become text. */
export const label = z.union([z.string().max(256), z.number(), z.boolean()]);
export const labels = z.record(z.string().min(1).max(128), label);
