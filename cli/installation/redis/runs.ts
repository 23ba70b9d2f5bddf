/** Runs, read directly from Redis. */
import { createExplainer, type Explainer } from '../../../engine/runtime/client/explainer.ts';
import { fetchKept } from '../../../engine/runtime/client/kept-artifacts.ts';
import { searchLogs } from '../../../engine/runtime/client/log-search.ts';
import { type ComparedRun, diffRuns } from '../../../engine/runtime/client/run-diff.ts';
import { showHead } from '../../../engine/runtime/client/run-head.ts';
import { RunPast } from '../../../engine/runtime/client/run-past.ts';
import type { RunLine } from '../../../server/contract/list.ts';
import { lineOf } from '../../../server/run-line.ts';
import type { Engine } from '../../compose/engine.ts';
import { ENGINE_EXECUTORS } from '../../compose/executors.ts';
import { liveOrchestrators } from '../../compose/live-orchestrators.ts';
import type { Runs } from '../runs.ts';
import { openFeed } from './feed.ts';

export function redisRuns(engine: Engine): Runs {
  const { client, index, artifacts } = engine;
  return {
    // A page in which few are as wanted may be short: goes on until there are enough, or no more.
    async list(filter, limit, cursor) {
      const found: RunLine[] = [];
      for (let at = cursor; ; ) {
        const { runs, next = null } = await index.list(filter, limit - found.length, at);
        found.push(...runs.map(lineOf));
        if (next === null || found.length >= limit) return { format: 1, runs: found, next };
        at = next;
      }
    },
    head: (run) => client.header(run),
    advance(run) {
      const past = new RunPast();
      return () => showHead(client, run, past);
    },
    plan: async (run) => (await client.load(run)).plan,
    show: (run) => client.show(run),
    events: (run) => client.events(run),
    feed: (run) => openFeed(engine, run),
    searchLogs: (query) => searchLogs(engine, query),
    explain: (run) => explainerOf(engine).run(run),
    explainNode: (run, node) => explainerOf(engine).node(run, node),
    async compare(a, b) {
      const [left, right] = await Promise.all([compared(engine, a), compared(engine, b)]);
      return diffRuns(left, right);
    },
    locate: (run, artifact) => artifacts.locate(run, artifact),
    fetchArtifact: (_run, _node, ref) => fetchKept(artifacts, ref),
  };
}

async function compared({ client }: Engine, run: string): Promise<ComparedRun> {
  const [view, { plan }] = await Promise.all([client.show(run), client.load(run)]);
  return { view, plan };
}

function explainerOf(engine: Engine): Explainer {
  const { client, store, shards, membership } = engine;
  return createExplainer({
    client,
    store,
    shards,
    membership: { workers: () => membership.workers(), orchestrators: () => liveOrchestrators(engine) },
    engineActions: ENGINE_EXECUTORS,
  });
}
