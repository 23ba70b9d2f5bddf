/** What was told to whom, and the channels by which it is told. */
import { z } from 'zod';
import { name, namespaceParams, queryNumber } from '../contract/names.ts';
import { DELIVERY_STATES, notification } from '../contract/notifications.ts';
import { operation } from '../operation.ts';

const tag = 'Notifications';
const query = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional(),
  limit: queryNumber(50, 1_000),
});
const reply = z
  .object({ format: z.literal(1), notifications: z.array(notification).describe('Newest first.') })
  .meta({ id: 'NotificationList' });
const sent = z.object({ format: z.literal(1), id: z.string().describe('Under which it is listed.') });

export const listNotifications = operation({
  id: 'listNotifications',
  method: 'get',
  path: '/api/v1/namespaces/{namespace}/notifications',
  role: 'viewer',
  tag,
  summary: 'List notifications, newest first',
  params: namespaceParams,
  query,
  reply,
});

export const listAllNotifications = operation({
  id: 'listAllNotifications',
  method: 'get',
  path: '/api/v1/notifications',
  role: 'token',
  tag,
  summary: 'List notifications of all namespaces, newest first',
  description: 'Those of namespaces in which the token has the role viewer.',
  query,
  reply,
});

export const retryNotification = operation({
  id: 'retryNotification',
  method: 'post',
  path: '/api/v1/namespaces/{namespace}/notifications/{notification}/retry',
  role: 'operator',
  tag,
  summary: 'Send again what waits or was given up',
  description: 'Answers when it is being sent; the list says how that went.',
  params: namespaceParams.extend({
    notification: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, 'must be the id of a notification'),
  }),
  body: z.strictObject({}).optional(),
  reply: sent,
});

export const listChannels = operation({
  id: 'listChannels',
  method: 'get',
  path: '/api/v1/channels',
  role: 'viewer',
  tag,
  summary: 'List channels and alert rules of the installation',
  description: 'As the settings of this server say them; never what a channel keeps secret.',
  reply: z
    .object({
      format: z.literal(1),
      channels: z.array(z.object({ name: z.string(), leads_to: z.string() })),
      alerts: z.array(
        z.looseObject({
          channel: z.string().optional().describe('Without one it is only listed.'),
          on: z.union([z.string(), z.array(z.string())]),
          namespace: z.string().optional(),
          workflow: z.string().optional(),
        }),
      ),
    })
    .meta({ id: 'ChannelList' }),
});

export const testChannel = operation({
  id: 'testChannel',
  method: 'post',
  path: '/api/v1/channels/{channel}/test',
  role: 'admin',
  tag,
  summary: 'Send a test by a channel',
  description: 'Answers when it is being sent; the list of notifications says how that went.',
  params: z.object({ channel: name }),
  body: z.strictObject({}).optional(),
  reply: sent,
});
