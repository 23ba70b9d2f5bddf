/** The public JSON form of one event of a run's history (`sluice show --events --json`, `--jsonl`) as a schema. */
import { z } from 'zod';
import { EVENT_TYPES } from '../../engine/core/event.ts';
import type { EventView } from '../../engine/runtime/client/run-view.ts';
import { taskError } from './run.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC.');

export const event = z
  .looseObject({
    seq: z.int().min(1).describe('Number within the run, from 1, without gaps.'),
    type: z.enum(EVENT_TYPES),
    node: z.string().nullable().describe('Node id as in the run; null for events of the run itself.'),
    attempt: z.int().min(1).nullable(),
    at: time,
    worker: z.string().optional(),
    error: taskError.optional(),
    count: z.int().optional().describe('node.expanded: how many nodes.'),
    until: time.nullable().optional().describe('node.retrying, node.waiting, node.repeating: until when.'),
    iteration: z.int().optional().describe('node.repeating: iterations done.'),
    run: z.string().optional().describe('node.child_started: the run that it started.'),
    by: z.string().optional().describe('Who did it, as they said.'),
    started_at: time.nullable().optional(),
    delivery: z.int().optional().describe('Which claim of the attempt, from 1.'),
    generation: z.int().optional(),
    fraction: z.number().optional().describe('node.progress: share of the work that is done.'),
    reason: z.string().optional(),
    cost: z
      .number()
      .optional()
      .describe(
        'What the attempt cost that this ends; node.started: what it cost until another worker took it over.',
      ),
  })
  .describe('One event. Further members may come with later versions.');

/** What `sluice show --events --json` prints. */
export const events = z.array(event).describe('The history of a run, in the order of `seq`.');

/** As the engine's own type of it. */
export const eventView = event as unknown as z.ZodType<EventView, EventView>;
