/** The public JSON form of `sluice list --json` as a schema. */
import { z } from 'zod';
import { RUN_STATUSES } from '../../engine/core/node-state.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC.');

export const runLine = z
  .object({
    id: z.string(),
    namespace: z.string(),
    workflow: z.string(),
    status: z.enum(RUN_STATUSES),
    created_at: time,
    finished_at: time.nullable(),
    awaiting: z.int().min(0).describe('Nodes that wait for somebody: an approval, or a signal.'),
    labels: z.record(z.string(), z.string()),
  })
  .describe('One run of the list.');

export const runList = z
  .object({
    format: z.literal(1),
    runs: z.array(runLine).describe('Newest first.'),
    next: z
      .string()
      .nullable()
      .describe(
        'For `--cursor`; null at the end. A page may have few runs, or none, and a `next`: it looked through many that do not fit.',
      ),
  })
  .describe('A page of the list of runs.');

export type RunLine = z.infer<typeof runLine>;
export type RunList = z.infer<typeof runList>;
