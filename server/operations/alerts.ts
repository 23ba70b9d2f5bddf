/** What fires now. */
import { z } from 'zod';
import { ALERT_STATES, alert } from '../contract/alerts.ts';
import { operation } from '../operation.ts';

export const listAlerts = operation({
  id: 'listAlerts',
  method: 'get',
  path: '/api/v1/alerts',
  role: 'token',
  tag: 'Notifications',
  summary: 'List alerts: what fires now, then what was resolved of late',
  description:
    'Those of namespaces in which the token has the role viewer; of queues and workers for tokens that have it in all. The newest first.',
  query: z.strictObject({ state: z.enum(ALERT_STATES).optional() }),
  reply: z.object({ format: z.literal(1), alerts: z.array(alert) }).meta({ id: 'AlertList' }),
});
