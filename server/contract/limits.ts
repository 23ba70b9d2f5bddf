/** The public JSON form of `sluice limits --json` as a schema. */
import { z } from 'zod';

const time = z.iso.datetime().describe('RFC 3339, UTC.');

const entry = z
  .object({
    run: z.string(),
    workflow: z.string(),
    node: z.string().nullable().describe('Such as `resize[3]`; null for a whole run.'),
    since: time,
    units: z.number().int(),
  })
  .describe('One that holds a limit, or waits for it.');

const declaration = z.object({
  workflow: z.string(),
  limit: z.number(),
  per_ms: z.number().nullable(),
});

export const limit = z
  .object({
    namespace: z.string(),
    key: z.string(),
    kind: z.enum(['concurrency', 'rate']),
    limit: z.number().nullable().describe('Holders at once, or units in a window.'),
    per_ms: z.number().nullable().describe('Length of the window; null for concurrency.'),
    set_by: z.string().nullable().describe('The operator who set it; null when workflows declare it.'),
    declared: declaration.nullable().describe('What the newest run declares.'),
    differs: declaration.nullable().describe('What another workflow declares otherwise.'),
    used: z.number().describe('Holders, or units of the present window.'),
    free_at: time.nullable().describe('When the rate limit lets in whoever is first.'),
    holders: z.array(entry),
    waiters: z.array(entry).describe('In the order in which they will be served.'),
  })
  .describe('A limit.');

export const limitList = z
  .object({ format: z.literal(1), limits: z.array(limit) })
  .describe('Limits in use, or set by an operator.');

export type LimitLine = z.infer<typeof limit>;
export type LimitList = z.infer<typeof limitList>;
