/** Live streams of a run, and of a namespace. */
import { isRunEnded } from '../../engine/core/node-state.ts';
import { followRun, followRuns } from '../operations/live.ts';
import { route } from '../route.ts';
import { findRun } from './found-run.ts';
import { lastIdOf } from './last-event.ts';

export const liveRoutes = [
  route(followRun)(async ({ params, query, header, disconnect }, parts) => {
    const run = await findRun(parts, params);
    const after = lastIdOf(header('last-event-id'), /^\d{1,15}$/) ?? query.after;
    // An EventSource that is told so does not come again.
    const hasAll = after !== undefined && Number(after) === run.seq && isRunEnded(run.status);
    if (hasAll) return new Response(null, { status: 204 });
    return parts.live.followRun(run, { after, disconnect });
  }),

  route(followRuns)(({ params, query, header, disconnect }, parts) => {
    const after = lastIdOf(header('last-event-id'), /^\d{1,15}-\d{1,15}$/) ?? query.after;
    return parts.live.followChanges(params.namespace, { after, disconnect });
  }),
];
