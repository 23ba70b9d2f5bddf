/** The public JSON form of `sluice notifications --json` as a schema. */
import { z } from 'zod';
import { json } from './json.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC.');

export const DELIVERY_STATES = ['sending', 'waiting', 'delivered', 'dead'] as const;

export const notification = z
  .object({
    id: z.string(),
    namespace: z.string(),
    workflow: z.string().nullable().describe('Null: of no workflow.'),
    type: z.string().describe('What it tells of, such as `failure`.'),
    to: z.string().describe('The channel, or where the callback leads.'),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    at: time,
    changed_at: time,
    next_at: time.nullable().describe('When it is tried again.'),
    error: z.string().nullable().describe('Why the last try did not deliver it.'),
    text: z.string(),
    run: json.describe('Id of the run; null: of none.'),
  })
  .meta({ id: 'Notification', description: 'Something that was told to somebody, or is to be.' });

export type NotificationLine = z.infer<typeof notification>;
