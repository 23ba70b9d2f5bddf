/**
 * Lists across namespaces, and a run by its id alone. Whoever has a token may ask: what is answered is of the namespaces in which the token
 * holds the role, and nothing else is there.
 */
import { z } from 'zod';
import { limitList } from '../contract/limits.ts';
import { runList } from '../contract/list.ts';
import {
  awaitingFilter,
  labelFilter,
  page,
  runId,
  searchText,
  status,
  statuses,
  time,
} from '../contract/names.ts';
import { operation } from '../operation.ts';
import { scheduleList, secretLine } from './operating.ts';
import { workflowLine } from './workflows.ts';

const tag = 'Everywhere';

export const findRunPlace = operation({
  id: 'findRun',
  method: 'get',
  path: '/api/v1/runs/{run}',
  role: 'token',
  tag,
  summary: 'Where a run is: its namespace, workflow and status',
  description:
    'For whoever knows only the id. Needs the role viewer where the run is; else there is no such run.',
  params: z.object({ run: runId }),
  reply: z
    .object({ format: z.literal(1), run: z.string(), namespace: z.string(), workflow: z.string(), status })
    .meta({ id: 'RunPlace' }),
});

export const listAllRuns = operation({
  id: 'listAllRuns',
  method: 'get',
  path: '/api/v1/runs',
  role: 'token',
  tag,
  summary: 'List runs of all namespaces, newest first',
  description:
    'Those of namespaces in which the token has the role viewer. A page may be short, even empty, and have a `next`.',
  query: page.extend({
    workflow: z.string().max(64).optional(),
    status: statuses.optional(),
    awaiting: awaitingFilter,
    label: labelFilter.optional(),
    text: searchText.optional(),
    created_after: time.optional(),
    created_before: time.optional(),
  }),
  reply: runList,
});

export const listAllWorkflows = operation({
  id: 'listAllWorkflows',
  method: 'get',
  path: '/api/v1/workflows',
  role: 'token',
  tag,
  summary: 'List applied workflows of all namespaces',
  description: 'Those of namespaces in which the token has the role viewer.',
  reply: z.object({ format: z.literal(1), workflows: z.array(workflowLine) }),
});

export const listAllSchedules = operation({
  id: 'listAllSchedules',
  method: 'get',
  path: '/api/v1/schedules',
  role: 'token',
  tag,
  summary: 'List schedules of all namespaces',
  description: 'Those of namespaces in which the token has the role viewer.',
  reply: scheduleList,
});

export const listAllLimits = operation({
  id: 'listAllLimits',
  method: 'get',
  path: '/api/v1/limits',
  role: 'token',
  tag,
  summary: 'List limits of all namespaces',
  description: 'Those of namespaces in which the token has the role viewer.',
  reply: limitList,
});

export const listAllSecrets = operation({
  id: 'listAllSecrets',
  method: 'get',
  path: '/api/v1/secrets',
  role: 'token',
  tag,
  summary: 'List the names of the secrets of all namespaces',
  description: 'Those of namespaces in which the token has the role admin.',
  reply: z.object({
    format: z.literal(1),
    secrets: z.array(secretLine.extend({ namespace: z.string() })),
  }),
});
