/** What runs cost: sums that the shards keep by day, so an answer reads no run. */
import { readCostReport } from '../../engine/runtime/client/cost-report.ts';
import { getCost } from '../operations/costs.ts';
import { route } from '../route.ts';

export const costRoutes = [
  route(getCost)(async ({ params: { namespace }, query: { days, workflow } }, { store }) => ({
    body: await readCostReport(store, { namespace, workflow, days }),
  })),
];
