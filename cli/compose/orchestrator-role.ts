/** An orchestrator on an engine, with what it does beside: notifications, traces, upkeep. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createOrchestrator } from '../../engine/runtime/orchestrator/orchestrator.ts';
import type { IntakeSettings } from '../../engine/runtime/shard/intake.ts';
import { measuredOwnerStore, setLoad } from '../../monitoring/orchestrator-metrics.ts';
import { startUpkeep } from '../../sdk/upkeep.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';
import { allExecutors, engineActions } from './executors.ts';
import { openNotifier } from './notifier.ts';
import { retentionOf } from './retention.ts';
import { addressPolicy, openQueue } from './role-parts.ts';
import type { RunningOrchestrator } from './roles.ts';
import { openTraces } from './tracing.ts';

export async function openOrchestrator(
  host: Host,
  engine: Engine,
  intake: IntakeSettings,
): Promise<RunningOrchestrator> {
  const { shards, metrics, membership, index, definitions, outputs, clock, logger } = engine;
  const store = metrics ? measuredOwnerStore(engine.roleStore, metrics, () => clock.now()) : engine.roleStore;
  const retention = retentionOf(host);
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
  const upkeep = startUpkeep(engine, { id, retention });
  return {
    orchestrator,
    async stop() {
      await upkeep.stop();
      await orchestrator.stop();
      await traces.close();
      await notifier.close?.();
      await queue.close();
    },
  };
}
