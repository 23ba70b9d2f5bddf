/** A run without its nodes, of which there may be very many: those are read page by page. */
import { z } from 'zod';
import { NODE_STATES } from '../../engine/core/node-state.ts';
import { json } from './json.ts';
import { run } from './run.ts';

export const runHead = run
  .omit({ nodes: true })
  .extend({
    labels: z.record(z.string(), z.string()),
    priority: z.int(),
    trigger: z
      .object({ type: z.string() })
      .catchall(json)
      .describe('What started it; with what the trigger gave.'),
    paused_at: z.iso.datetime().nullable().optional(),
    states: z.partialRecord(z.enum(NODE_STATES), z.int()).describe('Nodes by state; no member: none.'),
  })
  .meta({ id: 'RunHead', description: 'One execution of a workflow, without its nodes.' });

export const started = z
  .object({
    format: z.literal(1),
    run: z.string().describe('Id of the run.'),
    created: z.boolean().describe('False: an earlier request with the same Idempotency-Key started it.'),
    head: runHead
      .optional()
      .describe('With `wait`: how the run stands, at its end or when the time was over.'),
  })
  .meta({ id: 'StartedRun' });

/** A request that the run's owner has taken and made durable. */
export const taken = z
  .object({ format: z.literal(1), run: z.string() })
  .meta({ id: 'Taken', description: 'The run has taken it: it stands in its history.' });
