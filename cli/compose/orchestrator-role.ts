/** An orchestrator on an engine, with what it does beside: notifications, traces, pruning. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createOrchestrator } from '../../engine/runtime/orchestrator/orchestrator.ts';
import { Pruner } from '../../engine/runtime/pruner.ts';
import type { IntakeSettings } from '../../engine/runtime/shard/intake.ts';
import { Sweeper } from '../../engine/runtime/sweeper.ts';
import { measuredOwnerStore, setLoad } from '../../monitoring/orchestrator-metrics.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';
import { allExecutors, engineActions } from './executors.ts';
import { openNotifier } from './notifier.ts';
import { prunerOptions, unusedRemover } from './retention.ts';
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
