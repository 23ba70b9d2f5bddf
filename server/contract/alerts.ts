/** The public JSON form of an alert as a schema. */
import { z } from 'zod';
import { ALERT_RULES } from '../../engine/core/notification/alert.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC.');

export const ALERT_STATES = ['firing', 'resolved'] as const;

export const alert = z
  .object({
    id: z.string().describe('Of the episode; `data.alert.id` of what is told of it.'),
    rule: z.enum(ALERT_RULES),
    subject: z.string().describe('What it is about: a workflow, run, queue, worker, or number of a trigger.'),
    state: z.enum(ALERT_STATES),
    namespace: z.string().nullable().describe('Null: of the installation, as queues and workers are.'),
    workflow: z.string().nullable(),
    run: z.string().nullable().describe('The run that it is about, or that showed it last.'),
    since: time,
    resolved_at: time.nullable(),
    summary: z.string().describe('What is wrong, for people.'),
    count: z.int().describe('Times that it was seen, such as failed runs.'),
  })
  .meta({ id: 'Alert', description: 'Something that is wrong, from its beginning to its end.' });

export type AlertLine = z.infer<typeof alert>;
