/** What fires now. */
import { ALL_NAMESPACES } from '../../engine/core/access/role.ts';
import { readAlerts } from '../../engine/runtime/client/alert-view.ts';
import { alertLineOf } from '../alert-line.ts';
import { listAlerts } from '../operations/alerts.ts';
import { route } from '../route.ts';

export const alertRoutes = [
  route(listAlerts)(async ({ query, may }, { store, shards }) => {
    const seen = (await readAlerts(store, shards)).filter(
      ({ namespace, state }) =>
        may('viewer', namespace ?? ALL_NAMESPACES) && (query.state ?? state) === state,
    );
    return { body: { format: 1, alerts: seen.map(alertLineOf) } };
  }),
];
