/** Live streams: server-sent events. */
import { z } from 'zod';
import { namespaceParams, runParams } from '../contract/names.ts';
import { operation } from '../operation.ts';
import { RUN } from './runs.ts';

const tag = 'Live';
const raw = { mediaType: 'text/event-stream', description: 'Server-sent events.' };
const headers = { 'last-event-id': 'The `id` of the last event that was seen: go on after it.' };

export const followRun = operation({
  id: 'followRun',
  method: 'get',
  path: `${RUN}/events/stream`,
  role: 'viewer',
  tag,
  summary: 'Follow the history of a run',
  description:
    'Each event has its `seq` as `id` and is JSON as in the history. `event: gap` says that events between two ids are not there ' +
    'any more. The stream ends with the run; asked again after the end it answers 204.',
  params: runParams,
  query: z.strictObject({
    after: z
      .string()
      .regex(/^\d{1,15}$/, 'must be the `seq` of an event')
      .optional()
      .describe('As Last-Event-ID, for clients that cannot set it.'),
  }),
  headers,
  raw,
});

export const followRuns = operation({
  id: 'followRuns',
  method: 'get',
  path: '/api/v1/namespaces/{namespace}/changes/stream',
  role: 'viewer',
  tag,
  summary: 'Follow changes of the runs of a namespace',
  description:
    'An event for each change of a run’s status, and of how many of its nodes wait for somebody: its line as in the list of runs. It begins now, or after Last-Event-ID; `event: gap` ' +
    'says that changes in between are not there any more: list the runs again.',
  params: namespaceParams,
  query: z.strictObject({
    after: z
      .string()
      .regex(/^\d{1,15}-\d{1,15}$/, 'must be the id of a change')
      .optional()
      .describe('As Last-Event-ID.'),
  }),
  headers,
  raw,
});
