/** A worker on an engine, with a directory of its own for its session. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createLocalWorkspace } from '../../engine/runtime/files/local-workspace.ts';
import { makeSessionDirectory } from '../../engine/runtime/files/session-directory.ts';
import { createWorker } from '../../engine/runtime/worker.ts';
import { measuredLogs, measuredWorkerStore } from '../../monitoring/worker-metrics.ts';
import type { Host } from '../host.ts';
import { readVersion } from '../version.ts';
import type { Engine } from './engine.ts';
import { allExecutors } from './executors.ts';
import { openNotifier } from './notifier.ts';
import { addressPolicy, openQueue } from './role-parts.ts';
import type { RunningWorker, WorkerFlags } from './roles.ts';
import { openTraces } from './tracing.ts';

export async function openWorker(host: Host, engine: Engine, flags: WorkerFlags): Promise<RunningWorker> {
  const { metrics, membership, artifacts, outputs, secrets, cache, clock, logger } = engine;
  const { cacheDirectory, temporaryDirectory } = host.settings;
  const store = metrics ? measuredWorkerStore(engine.roleStore, metrics) : engine.roleStore;
  const logs = metrics ? measuredLogs(engine.logs, metrics) : engine.logs;
  const addresses = addressPolicy(host, engine, flags.allowAddress);
  const { notifier } = openNotifier(host, engine, addresses);
  const root = await makeSessionDirectory(temporaryDirectory);
  const queue = openQueue(engine);
  const name = flags.name ?? `${hostname()}:${process.pid}`;
  const traces = await openTraces(host, engine, name);
  const worker = createWorker({
    store,
    queue,
    membership,
    logs,
    artifacts,
    outputs,
    workspace: createLocalWorkspace({
      root,
      cacheDirectory: join(cacheDirectory, 'source'),
      artifacts,
      logger,
    }),
    secrets: secrets.store,
    cache,
    executors: allExecutors(host.settings, { http: { addresses }, notifier }),
    clock,
    logger,
    session: randomUUID(),
    name,
    queues: flags.queues,
    labels: flags.labels ?? {},
    version: readVersion(),
    tracer: traces.attempts,
  });
  await worker.start();
  const slots = Object.values(flags.queues).reduce((sum, one) => sum + one, 0);
  metrics?.beforeScrape(() => {
    metrics.set('sluice_worker_slots', slots);
    metrics.set('sluice_worker_tasks', worker.active());
  });
  return {
    worker,
    name,
    async stop(drainMs) {
      await worker.stop(drainMs);
      await traces.close();
      await notifier.close?.();
      await queue.close();
      await rm(root, { recursive: true, force: true }).catch(() => {});
    },
  };
}
