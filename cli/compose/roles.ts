/** Starts the two long-lived roles on an engine. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createBullTaskQueue } from '../../engine/bullmq/index.ts';
import { SluiceError } from '../../engine/core/errors.ts';
import type { AddressPolicy } from '../../engine/core/network/address-rules.ts';
import { createLocalWorkspace } from '../../engine/runtime/files/local-workspace.ts';
import { makeSessionDirectory } from '../../engine/runtime/files/session-directory.ts';
import { createOrchestrator, type Orchestrator } from '../../engine/runtime/orchestrator/orchestrator.ts';
import { Pruner } from '../../engine/runtime/pruner.ts';
import type { IntakeSettings } from '../../engine/runtime/shard/intake.ts';
import { Sweeper } from '../../engine/runtime/sweeper.ts';
import { createWorker, type Worker } from '../../engine/runtime/worker.ts';
import { measuredOwnerStore, measuredQueue, setLoad } from '../../monitoring/orchestrator-metrics.ts';
import { measuredLogs, measuredWorkerStore } from '../../monitoring/worker-metrics.ts';
import { readAddressPolicy } from '../../sdk/address-policy.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { readVersion } from '../version.ts';
import type { Engine } from './engine.ts';
import { allExecutors, engineActions } from './executors.ts';
import { openNotifier } from './notifier.ts';
import { prunerOptions, unusedRemover } from './retention.ts';
import { openTraces } from './tracing.ts';

export interface Role {
  /** Ends it in good order. A worker first waits up to `drainMs` for its work, then hands the rest back. */
  stop(drainMs: number): Promise<void>;
}

export interface RunningOrchestrator extends Role {
  readonly orchestrator: Orchestrator;
}

export interface RunningWorker extends Role {
  readonly worker: Worker;
  readonly name: string;
}

export interface WorkerFlags {
  /** Queue → tasks at once. */
  readonly queues: { readonly [queue: string]: number };
  readonly name?: string | undefined;
  readonly labels?: { readonly [name: string]: string };
  /** What HTTP tasks may reach beyond public addresses; else SLUICE_ALLOW_ADDRESSES. */
  readonly allowAddress?: readonly string[];
}

function addressPolicy(
  { settings }: Host,
  { isEmbedded }: Engine,
  flag: readonly string[] | undefined,
): AddressPolicy {
  try {
    return readAddressPolicy(flag?.join(',') ?? settings.allowAddresses, isEmbedded);
  } catch (thrown) {
    throw thrown instanceof SluiceError ? usageFailure(thrown.message) : thrown;
  }
}

function openQueue({ queueConnection, prefix, logger, metrics }: Engine) {
  const queue = createBullTaskQueue({ connection: queueConnection, prefix, logger });
  return metrics ? measuredQueue(queue, metrics) : queue;
}

export async function startOrchestrator(
  host: Host,
  engine: Engine,
  intake: IntakeSettings = { maxRuns: 0 },
): Promise<RunningOrchestrator> {
  const { shards, metrics, membership, index, definitions, outputs, clock, logger } = engine;
  const store = metrics ? measuredOwnerStore(engine.roleStore, metrics, () => clock.now()) : engine.roleStore;
  const queue = openQueue(engine);
  const actions = engineActions(allExecutors(host.settings));
  const { notifier, alertsOf, patience } = openNotifier(host, engine, addressPolicy(host, engine, undefined));
  const id = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const traces = await openTraces(host, engine, id);
  const orchestrator = createOrchestrator({
    id,
    shards,
    store,
    queue,
    membership,
    index,
    definitions,
    outputs,
    actions,
    notifier,
    alertsOf,
    watch: { patience },
    tracer: traces.runs,
    intake,
    clock,
    logger,
  });
  await orchestrator.start();
  metrics?.beforeScrape(() => setLoad(metrics, orchestrator.load(), clock.now()));
  const turn = { id, membership };
  const pruner = new Pruner({ ...prunerOptions(host, engine), turn });
  const sweeper = new Sweeper({ remover: unusedRemover(engine), clock, logger, turn });
  pruner.start();
  sweeper.start();
  return {
    orchestrator,
    async stop() {
      await Promise.all([pruner.stop(), sweeper.stop()]);
      await orchestrator.stop();
      await traces.close();
      await notifier.close?.();
      await queue.close();
    },
  };
}

export async function startWorker(host: Host, engine: Engine, flags: WorkerFlags): Promise<RunningWorker> {
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
