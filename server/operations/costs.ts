/** What runs cost. */
import { z } from 'zod';
import { MAX_COST_DAYS } from '../../engine/core/cost.ts';
import { costReport } from '../contract/cost.ts';
import { name, namespaceParams, queryNumber } from '../contract/names.ts';
import { operation } from '../operation.ts';

export const getCost = operation({
  id: 'getCost',
  method: 'get',
  path: '/api/v1/namespaces/{namespace}/cost',
  role: 'viewer',
  tag: 'Runs',
  summary: 'What runs cost, by workflow and by day',
  description:
    'Attempts are counted on the day on which they are over, by UTC, also those of runs that were removed since.',
  params: namespaceParams,
  query: z.strictObject({
    days: queryNumber(30, MAX_COST_DAYS),
    workflow: name.optional().describe('Only of this workflow.'),
  }),
  reply: costReport.meta({ id: 'CostReport' }),
});
