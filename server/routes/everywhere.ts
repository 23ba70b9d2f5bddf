/** Lists across namespaces: each line is shown to whoever may see its namespace. */
import { SluiceError } from '../../engine/core/errors.ts';
import { readLimits } from '../../engine/runtime/client/limit-view.ts';
import { limitLineOf } from '../limit-line.ts';
import {
  findRunPlace,
  listAllLimits,
  listAllRuns,
  listAllSchedules,
  listAllSecrets,
  listAllWorkflows,
} from '../operations/everywhere.ts';
import type { ServerParts } from '../parts.ts';
import { route } from '../route.ts';
import { lineOf } from '../run-line.ts';
import { scheduleLineOf } from '../schedule-line.ts';
import { workflowLineOf } from '../workflow-line.ts';
import { nextLink } from './page-link.ts';
import { filterOf } from './run-filter.ts';
import { secretLineOf } from './secret-line.ts';

export const everywhereRoutes = [
  route(findRunPlace)(async ({ params: { run }, may }, parts) => {
    const header = await headerOf(parts, run);
    if (header === undefined || !may('viewer', header.namespace))
      throw new SluiceError(
        'run_not_found',
        `no run has the id "${run}"; \`sluice list\` shows the runs that there are`,
      );
    const { namespace, workflow, status } = header;
    return { body: { format: 1, run, namespace, workflow, status } };
  }),

  route(listAllRuns)(async ({ query: { limit, cursor, ...wanted }, url, may }, { index }) => {
    const { runs, next = null } = await index.list(filterOf(wanted), limit, cursor);
    const own = runs.filter(({ namespace }) => may('viewer', namespace));
    return { body: { format: 1, runs: own.map(lineOf), next }, headers: nextLink(url, 'cursor', next) };
  }),

  route(listAllWorkflows)(async ({ may }, { definitions }) => {
    const own = (await definitions.list()).filter(({ namespace }) => may('viewer', namespace));
    return { body: { format: 1, workflows: own.map(workflowLineOf) } };
  }),

  route(listAllSchedules)(async ({ may }, { schedules, store }) => {
    const now = await store.now();
    const own = (await schedules.list()).filter(({ namespace }) => may('viewer', namespace));
    return { body: { format: 1, schedules: own.map((one) => scheduleLineOf(one, now)) } };
  }),

  route(listAllLimits)(async ({ may }, { store, shards }) => {
    const own = (await readLimits(store, shards)).filter(({ namespace }) => may('viewer', namespace));
    return { body: { format: 1, limits: own.map(limitLineOf) } };
  }),

  route(listAllSecrets)(async ({ may }, { secrets }) => {
    const own = (await secrets.list()).filter(({ namespace }) => may('admin', namespace));
    const lines = own.map((entry) => ({ ...secretLineOf(entry), namespace: entry.namespace }));
    return { body: { format: 1, secrets: lines } };
  }),
];

function headerOf({ client }: ServerParts, run: string) {
  return client.header(run).catch((thrown: unknown) => {
    if (thrown instanceof SluiceError && thrown.code === 'run_not_found') return undefined;
    throw thrown;
  });
}
