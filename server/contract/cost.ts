/** The public JSON form of `sluice cost --json` as a schema. */
import { z } from 'zod';

const cost = z.number().min(0);

export const costReport = z
  .object({
    format: z.literal(1),
    namespace: z.string(),
    workflow: z.string().nullable().describe('The one that was asked for; null: all.'),
    total: cost,
    workflows: z
      .array(z.object({ workflow: z.string(), cost }))
      .describe('Those that cost something, the dearest first.'),
    days: z
      .array(z.object({ day: z.iso.date().describe('By UTC.'), cost }))
      .describe('All days, the oldest first; the last one is not over.'),
  })
  .describe('What attempts cost that were over on these days.');
