/** An installation reached directly on its Redis. */

import { readCostReport } from '../../../engine/runtime/client/cost-report.ts';
import { plansOf } from '../../../engine/runtime/client/rerun.ts';
import { type QueueLine, queueLinesOf, workerLineOf } from '../../../server/queue-line.ts';
import type { Engine } from '../../compose/engine.ts';
import { liveOrchestrators } from '../../compose/live-orchestrators.ts';
import { startOrchestrator } from '../../compose/roles.ts';
import { whileDriving } from '../../driving.ts';
import type { Host } from '../../host.ts';
import type { Driving, Installation, Members } from '../installation.ts';
import { redisNotifications } from './notifications.ts';
import { redisLimits, redisSecrets, redisTokens } from './operating.ts';
import { redisRuns } from './runs.ts';
import { redisSteering } from './steering.ts';
import { redisSchedules, redisWorkflows } from './workflows.ts';

export function redisInstallation(host: Host, engine: Engine): Installation {
  const driving = redisDriving(host, engine);
  return {
    runs: redisRuns(engine),
    steering: redisSteering(engine),
    workflows: redisWorkflows(host, engine),
    schedules: redisSchedules(host, engine),
    limits: redisLimits(engine, (work) => whileAnswered(host, engine, work)),
    secrets: redisSecrets(engine),
    tokens: redisTokens(engine),
    audit: {
      list: (query) => engine.audit.list(query),
      verify: (noted) => engine.audit.verify(noted),
    },
    notifications: redisNotifications(host, engine),
    driving,
    cost: (query) => readCostReport(engine.store, query),
    now: () => engine.store.now(),
    members: () => membersOf(engine),
    queues: () => queuesOf(engine),
  };
}

function redisDriving(host: Host, engine: Engine): Driving {
  const isDriven = async () => (await liveOrchestrators(engine)).length > 0;
  return {
    isDriven,
    isAlone: async () => engine.isEmbedded && !(await isDriven()),
    plansOf: (run) => plansOf(engine.client, run),
    whileDriving: (plans, work) => whileDriving(host, engine, plans, work),
  };
}

/** Runs are left alone: only what was asked is answered. */
async function whileAnswered<T>(host: Host, engine: Engine, work: () => Promise<T>): Promise<T> {
  if (!engine.isEmbedded || (await liveOrchestrators(engine)).length > 0) return work();
  const orchestrator = await startOrchestrator(host, engine);
  try {
    return await work();
  } finally {
    await orchestrator.stop(0);
  }
}

async function membersOf(engine: Engine): Promise<Members> {
  const { membership, isEmbedded } = engine;
  const [orchestrators, workers, loads] = await Promise.all([
    liveOrchestrators(engine),
    membership.workers(),
    membership.loads(),
  ]);
  return { orchestrators, workers: workers.map((one) => workerLineOf(one, loads)), isEmbedded };
}

async function queuesOf({ membership }: Engine): Promise<readonly QueueLine[]> {
  const [workers, loads] = await Promise.all([membership.workers(), membership.loads()]);
  return queueLinesOf(workers, loads);
}
