/** The two long-lived roles in this process: an orchestrator, and a worker that may have functions of the program itself. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createBullTaskQueue } from '../engine/bullmq/index.ts';
import type { EngineActions } from '../engine/core/engine-outcome.ts';
import { createLocalWorkspace } from '../engine/runtime/files/local-workspace.ts';
import { makeSessionDirectory } from '../engine/runtime/files/session-directory.ts';
import { createOrchestrator } from '../engine/runtime/orchestrator/orchestrator.ts';
import { createWorker } from '../engine/runtime/worker.ts';
import { builtinExecutors, type RegisteredFunction } from '../executors/index.ts';
import { readKafkaCluster } from '../executors/kafka/index.ts';
import { createNotifier } from '../notifications/notifier.ts';
import { readPatience } from '../notifications/patience.ts';
import { alertsOf, readAlerts, readChannels } from '../notifications/settings.ts';
import { readAddressPolicy } from './address-policy.ts';
import type { EngineParts } from './engine-parts.ts';
import { readVersion } from './settings.ts';
import { readRetention, startUpkeep } from './upkeep.ts';

export interface WorkerOptions {
  /** Queue → tasks at once. Default: four of the queue `default`. */
  readonly queues?: { readonly [queue: string]: number };
  /** Functions for `uses: function`, by name. They run in this process: one that does not yield stops all others. */
  readonly tasks?: { readonly [name: string]: RegisteredFunction };
  /** Labels that tasks may ask for with `worker_labels`. */
  readonly labels?: { readonly [name: string]: string };
  /**
   * What `uses: http` may reach beyond public addresses, such as `10.0.0.0/8`, `api.internal:8080`, `private`, `any`. Default:
   * SLUICE_ALLOW_ADDRESSES. With a private Redis (`embedded`) this machine and private networks are open anyway.
   */
  readonly allowAddresses?: readonly string[];
  /** Name for people. Default: `host:pid`. */
  readonly name?: string;
}

/** A worker of this process. */
export interface SluiceWorker extends AsyncDisposable {
  readonly name: string;
  /** Attempts at hand. */
  active(): number;
  /**
   * Takes no more work, waits up to `drainMs` (default 10,000) for the work at hand, and hands the rest back to other
   * workers. Repeated calls wait for the first.
   */
  close(drainMs?: number): Promise<void>;
}

const DEFAULT_SLOTS = 4;
const DEFAULT_DRAIN_MS = 10_000;

/** Channels and alert rules come from SLUICE_CHANNELS and SLUICE_ALERTS, as JSON. */
function openNotifier({ settings, secrets, publish, clock, isEmbedded }: EngineParts) {
  const { environment, allowAddresses } = settings;
  const channels = readChannels(environment['SLUICE_CHANNELS']);
  const rules = readAlerts(environment['SLUICE_ALERTS'], channels);
  const addresses = readAddressPolicy(allowAddresses, isEmbedded);
  const kafka = readKafkaCluster(environment);
  const notifier = createNotifier({ channels, addresses, secrets, publish, kafka, now: clock.now });
  return {
    notifier,
    alertsOf: (namespace: string, workflow: string) => alertsOf(rules, namespace, workflow),
    patience: readPatience(environment),
  };
}

export async function startOrchestrator(parts: EngineParts): Promise<{ stop(): Promise<void> }> {
  const { shards, roleStore: store, membership, index, definitions, outputs, clock, logger } = parts;
  const retention = readRetention(parts.settings.retention);
  const queue = openQueue(parts);
  const id = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const actions = engineActions();
  const { notifier, alertsOf, patience } = openNotifier(parts);
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
    clock,
    logger,
  });
  await orchestrator.start();
  const upkeep = startUpkeep(parts, { id, retention });
  return {
    async stop() {
      await upkeep.stop();
      await orchestrator.stop();
      await notifier.close?.();
      await queue.close();
    },
  };
}

export async function startWorker(parts: EngineParts, options: WorkerOptions): Promise<SluiceWorker> {
  const {
    roleStore: store,
    membership,
    logs,
    artifacts,
    outputs,
    secrets,
    cache,
    clock,
    logger,
    settings,
  } = parts;
  const { cacheDirectory, temporaryDirectory, environment } = settings;
  const addresses = readAddressPolicy(
    options.allowAddresses?.join(',') ?? settings.allowAddresses,
    parts.isEmbedded,
  );
  const root = await makeSessionDirectory(temporaryDirectory);
  const queue = openQueue(parts);
  const name = options.name ?? `${hostname()}:${process.pid}`;
  const source = join(cacheDirectory, 'source');
  const worker = createWorker({
    store,
    queue,
    membership,
    logs,
    artifacts,
    outputs,
    workspace: createLocalWorkspace({ root, cacheDirectory: source, artifacts, logger }),
    secrets,
    cache,
    executors: builtinExecutors({
      environment,
      functions: options.tasks ?? {},
      http: { addresses },
      module: { cacheDirectory: join(cacheDirectory, 'modules') },
    }),
    clock,
    logger,
    session: randomUUID(),
    name,
    queues: options.queues ?? { default: DEFAULT_SLOTS },
    labels: options.labels ?? {},
    version: readVersion(),
  });
  await worker.start();
  let closed: Promise<void> | undefined;
  const stop = async (drainMs: number) => {
    await worker.stop(drainMs);
    await queue.close();
    await rm(root, { recursive: true, force: true }).catch(() => {});
  };
  const close = (drainMs = DEFAULT_DRAIN_MS) => {
    closed ??= stop(drainMs);
    return closed;
  };
  return { name, active: () => worker.active(), close, [Symbol.asyncDispose]: () => close() };
}

function openQueue({ queueConnection, prefix, logger }: EngineParts) {
  return createBullTaskQueue({ connection: queueConnection, prefix, logger });
}

/** What the orchestrator does itself. */
export function engineActions(): EngineActions {
  return new Map(
    builtinExecutors().flatMap((executor) =>
      executor.place === 'engine'
        ? [[executor.name, (options, now) => executor.evaluate(options, now)] as const]
        : [],
    ),
  );
}
