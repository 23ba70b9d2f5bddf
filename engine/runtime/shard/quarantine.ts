/**
 * Quarantine: takes a run that the engine cannot handle (its decisions throw) out of the way, so that its shard goes on.
 * Deliberately minimal: it uses none of the code that failed.
 */
import { alertEndPosts } from '../../core/decide/notification/run-alert.ts';
import { runEndPosts } from '../../core/decide/notification/tell.ts';
import { endPosts } from '../../core/decide/run/tell.ts';
import { messageOf } from '../../core/errors.ts';
import { packEvents } from '../../core/event.ts';
import { releaseRunMessage } from '../../core/limit/ask.ts';
import { limitsOf } from '../../core/limit/need.ts';
import type { Plan } from '../../core/plan.ts';
import type { Post } from '../../core/post.ts';
import { progressJson, type RunHeader } from '../../core/run-header.ts';
import { dropRun } from '../../core/shard-state.ts';
import { summaryOf } from '../run-summary.ts';
import type { OwnedShard } from './owned-shard.ts';

export async function quarantine(owner: OwnedShard, runId: string, error: unknown): Promise<void> {
  const { logger, store } = owner.options;
  const message = `the run was quarantined: the engine failed on it (${messageOf(error)})`;
  logger.error(`run ${runId}: ${message}`, { stack: error instanceof Error ? (error.stack ?? '') : '' });
  const flights = [...owner.state.flights].filter(([, flight]) => flight.run === runId).map(([key]) => key);
  const releases = releasesOf(owner, runId);
  const plan = owner.state.runs.get(runId)?.plan;
  dropRun(owner.state, runId);
  const stored = runId === '' ? undefined : await store.loadRun(runId);
  if (!stored) throw error;
  const { header } = stored;
  const at = owner.storeNow();
  header.status = 'failed';
  header.finishedAt = at;
  header.error = { code: 'internal', message };
  const seq = header.seq + 1;
  header.seq = seq;
  const posts = [...releases, ...postsOf(owner, header, plan)];
  const packed = packEvents([{ seq, type: 'run.failed', at, detail: { reason: message } }]);
  await owner.commit({
    cursor: null,
    expect: [],
    runs: [
      {
        run: runId,
        header: progressJson(header),
        live: false,
        records: [],
        outputs: [],
        events: { first: seq, last: seq, packed },
      },
    ],
    flights: { set: [], remove: flights },
    timers: { set: [], remove: [] },
    ...(posts.length > 0
      ? { outbox: { set: posts.map(([id, post]) => [id, JSON.stringify(post)]), remove: [] } }
      : {}),
  });
  owner.options.index.record(summaryOf(header)).catch(() => {});
  // The patrol sends them.
  for (const [id, post] of posts) owner.state.outbox.set(id, post);
}

/** Who waits for the run is told of its end. */
function postsOf(owner: OwnedShard, header: RunHeader, plan: Plan | undefined): [id: string, post: Post][] {
  const { namespace, workflow } = header;
  const subscribers = owner.options.facts?.subscribersOf(namespace, workflow) ?? [];
  const rules = owner.options.facts?.alertsOf?.(namespace, workflow) ?? [];
  const alerts = alertEndPosts(header, plan, rules);
  const posts = [...endPosts(header, subscribers), ...runEndPosts(header, plan, { rules }), ...alerts];
  return posts.map((post) => [String(owner.state.nextPost++), post]);
}

/** What the run holds of limits, as far as that can be told; what is not found here the limits find by asking. */
function releasesOf({ state }: OwnedShard, runId: string): [id: string, post: Post][] {
  const run = state.runs.get(runId);
  try {
    return [...(run ? limitsOf(run) : [])].map((address) => {
      const message = releaseRunMessage(address, runId);
      return [String(state.nextPost++), { kind: 'message', message }];
    });
  } catch {
    return [];
  }
}
