/** An installation reached through its server: nothing here knows Redis, and nothing needs the libraries for it. */
import { createRealClock } from '../../../engine/runtime/real-clock.ts';
import { ApiClient } from '../../../server/client/client.ts';
import { getCost } from '../../../server/operations/costs.ts';
import { version } from '../../../server/operations/health.ts';
import { listQueues, listWorkers } from '../../../server/operations/operating.ts';
import { EXIT } from '../../exit-code.ts';
import { CliFailure } from '../../failure.ts';
import type { Driving, Installation, Members } from '../installation.ts';
import type { ServerPlace } from '../server-place.ts';
import { ServerApi } from './api.ts';
import { serverNotifications } from './notifications.ts';
import { serverAudit, serverLimits, serverSecrets, serverTokens } from './operating.ts';
import { serverRuns } from './runs.ts';
import { serverSteering } from './steering.ts';
import { serverSchedules, serverWorkflows } from './workflows.ts';

export function serverInstallation(place: ServerPlace): Installation {
  const api = new ServerApi(new ApiClient(place));
  const members = () => membersOf(api);
  return {
    runs: serverRuns(api),
    steering: serverSteering(api),
    workflows: serverWorkflows(api),
    schedules: serverSchedules(api),
    limits: serverLimits(api),
    secrets: serverSecrets(api),
    tokens: serverTokens(api),
    audit: serverAudit(api),
    notifications: serverNotifications(api),
    driving: serverDriving(members),
    cost: ({ namespace, workflow, days }) =>
      api.read(getCost, {
        params: { namespace },
        query: { days: String(days), ...(workflow === undefined ? {} : { workflow }) },
      }),
    now: () => timeOf(api),
    members,
    queues: async () => (await api.read(listQueues)).queues,
  };
}

/** By the clock of the server, to about a second. */
async function timeOf(api: ServerApi): Promise<number> {
  const sent = performance.now();
  const response = await api.open(version);
  await response.arrayBuffer();
  const told = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(told) ? createRealClock().now() : told + (performance.now() - sent) / 2;
}

/** Whoever may not look at all namespaces may not know who works for all of them. */
async function membersOf(api: ServerApi): Promise<Members | undefined> {
  try {
    const { orchestrators, workers } = await api.read(listWorkers);
    return { orchestrators, workers, isEmbedded: false };
  } catch (thrown) {
    if (thrown instanceof CliFailure && thrown.exitCode === EXIT.unreachable) return undefined;
    throw thrown;
  }
}

/** Others drive what a server serves. */
function serverDriving(members: () => Promise<Members | undefined>): Driving {
  return {
    isDriven: async () => ((await members())?.orchestrators ?? ['one that may not be seen']).length > 0,
    isAlone: async () => false,
    plansOf: async () => [],
    whileDriving: (_plans, work) => work(),
  };
}
