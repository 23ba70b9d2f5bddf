/** A namespace at a glance. Every answer is bounded, however many runs there are. */

import { isRunEnded, RUN_STATUSES, type RunStatus } from '../../engine/core/node-state.ts';
import type { RunSummary } from '../../engine/ports/run-index.ts';
import { readDeliveries } from '../../engine/runtime/client/notification-view.ts';
import { attention, runStatistics } from '../operations/overview.ts';
import type { ServerParts } from '../parts.ts';
import { route } from '../route.ts';
import { lineOf } from '../run-line.ts';

const HOUR_MS = 3_600_000;
/** Runs of a status that are counted. */
const COUNTED = 1_000;
/** Lines of a kind. */
const SHOWN = 10;
/** Runs that wait for somebody of which is said for what, and the nodes that are named. */
const LOOKED_AT = 50;

export const overviewRoutes = [
  route(runStatistics)(async ({ params: { namespace }, query }, { index, store }) => {
    const now = await store.now();
    const first = now - (now % HOUR_MS) - (query.hours - 1) * HOUR_MS;
    const going = RUN_STATUSES.filter((status) => !isRunEnded(status));
    const [ended, lists] = await Promise.all([
      index.ended(namespace, first, now),
      Promise.all(going.map((status) => index.list({ namespace, status }, COUNTED))),
    ]);
    const counts = new Map(ended.map(({ hour, status, count }) => [`${hour} ${status}`, count]));
    const hours = Array.from({ length: query.hours }, (_, i) => {
      const hour = first + i * HOUR_MS;
      const of = (status: RunStatus) => counts.get(`${hour} ${status}`) ?? 0;
      const [succeeded, failed, cancelled] = [of('succeeded'), of('failed'), of('cancelled')];
      return { from: new Date(hour).toISOString(), succeeded, failed, cancelled };
    });
    const active = Object.fromEntries(
      going.flatMap((status, i) => {
        const count = lists[i]?.runs.length ?? 0;
        return count === 0 ? [] : [[status, count]];
      }),
    );
    return { body: { format: 1, hours, active, more: lists.some(({ next }) => next !== undefined) } };
  }),

  route(attention)(async ({ params: { namespace } }, parts) => {
    const { index, store, shards } = parts;
    const day = { createdFrom: (await store.now()) - 24 * HOUR_MS };
    const [failed, paused, awaiting, schedules, deliveries] = await Promise.all([
      index.list({ namespace, status: 'failed', ...day }, SHOWN),
      index.list({ namespace, status: 'paused' }, SHOWN),
      index.list({ namespace, awaiting: true }, LOOKED_AT),
      troubledSchedules(parts, namespace),
      readDeliveries(store, shards),
    ]);
    const waiting = await Promise.all(awaiting.runs.map((run) => waitingNodes(parts, run)));
    return {
      body: {
        format: 1,
        failed: failed.runs.map(lineOf),
        paused: paused.runs.map(lineOf),
        waiting: waiting.flat().slice(0, LOOKED_AT),
        schedules,
        notifications: deliveries.filter((one) => one.namespace === namespace && one.state === 'dead').length,
      },
    };
  }),
];

async function troubledSchedules({ schedules }: ServerParts, namespace: string) {
  const all = await schedules.list(`schedule/${namespace}/`);
  return all
    .filter((one) => one.namespace === namespace && (one.state.paused ?? one.state.problem) !== undefined)
    .slice(0, SHOWN)
    .map(({ workflow, number, state: { paused, problem } }) => ({
      workflow,
      trigger: number,
      paused: paused !== undefined,
      reason: paused?.reason ?? null,
      problem: problem?.message ?? null,
    }));
}

async function waitingNodes({ store, views }: ServerParts, { id, workflow }: RunSummary) {
  const header = await store.readHeader(id);
  const { nodes } = header === undefined ? { nodes: [] } : await views.get(header);
  return nodes.flatMap(({ id: node, waiting }) => {
    if (waiting?.for !== 'approval' && waiting?.for !== 'signal') return [];
    const { signal = null, until } = waiting;
    return [{ run: id, workflow, node, for: waiting.for, signal, until }];
  });
}
