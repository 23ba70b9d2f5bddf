/**
 * Measures the constants of the capacity model: processor time, commands, bytes and connections of real roles on a real Redis, idle
 * with few and with many workers, with all slots held, and under two loads of different height.
 */
import type { Costs } from './costs.ts';
import { type LoadReport, Stand, type StandOptions, type Used } from './stand.ts';
import { type Workload, workloadOf } from './workload.ts';

const FEW: StandOptions = { workers: 2, slotsEach: 5, shards: 16, orchestrators: 1 };
export const MANY: StandOptions = { ...FEW, workers: 42 };
const IDLE_MS = 8_000;
const HOLD_MS = 16_000;
const WARM_MS = 5_000;
const LOAD_MS = 15_000;
/** Nodes a second. */
const LOW = 60;
const HIGH = 200;

/** Run times a hundredth of those recorded, none above ten seconds. */
export function realWorkload(seed: number, nodesPerSecond: number): Workload {
  return workloadOf({ seed, nodesPerSecond, speedUp: 100, longestMs: 1_000_000 });
}

export async function measureCosts(): Promise<Costs> {
  const few = await Stand.with(FEW, quiet);
  const two = await Stand.with({ ...FEW, orchestrators: 2 }, quiet);
  return Stand.with(MANY, async (stand) => {
    const many = await quiet(stand);
    const held = await stand.hold(HOLD_MS);
    await stand.load(realWorkload(9, HIGH), WARM_MS);
    const before = await stand.memory();
    const low = await stand.load(realWorkload(1, LOW), LOAD_MS);
    const high = await stand.load(realWorkload(2, HIGH), LOAD_MS);
    const keptByNode = ((await stand.memory()) - before) / (low.nodes + high.nodes);
    return costsOf({ few, two, many, held, low, high, keptByNode });
  });
}

interface Quiet extends Used {
  readonly connections: number;
  readonly hopMs: number;
}

async function quiet(stand: Stand): Promise<Quiet> {
  const used = await stand.idle(IDLE_MS);
  return { ...used, connections: await stand.connections(), hopMs: await stand.hop() };
}

interface Measured {
  readonly few: Quiet;
  readonly two: Quiet;
  readonly many: Quiet;
  readonly held: Used;
  readonly low: LoadReport;
  readonly high: LoadReport;
  readonly keptByNode: number;
}

function costsOf({ few, two, many, held, low, high, keptByNode }: Measured): Costs {
  const more = MANY.workers - FEW.workers;
  const perSecond = (used: Used, of: (used: Used) => number) => of(used) / used.seconds;
  const byWorker = (of: (used: Used) => number) =>
    Math.max(0, perSecond(many, of) - perSecond(few, of)) / more;
  const byNode = (of: (used: Used) => number) =>
    (of(low) + of(high) - perSecond(many, of) * (low.seconds + high.seconds)) / (low.nodes + high.nodes);
  const orchestrator = solve(low, high, many, ({ orchestratorMs }) => orchestratorMs);
  const redis = solve(low, high, many, ({ redisMs }) => redisMs);
  const redisIdle = (used: Used) => used.redisMs / 1_000;
  const orchestratorIdle = (used: Used) => used.orchestratorMs / 1_000;
  const beats = perSecond(held, ({ scripts }) => scripts) - perSecond(many, ({ scripts }) => scripts);
  const beatMs =
    (perSecond(held, ({ redisMs }) => redisMs) - perSecond(many, ({ redisMs }) => redisMs)) / beats;
  const connectionsByWorker = (many.connections - few.connections) / more;
  return {
    orchestrator: {
      ...orchestrator,
      idle: perSecond(few, orchestratorIdle),
      idleByWorker: byWorker(orchestratorIdle),
    },
    worker: {
      nodeMs: byNode(({ workerMs }) => workerMs),
      idle: perSecond(many, ({ workerMs }) => workerMs / 1_000) / MANY.workers,
    },
    redis: {
      ...redis,
      idle: Math.max(0, perSecond(two, redisIdle) - perSecond(few, redisIdle)),
      idleByWorker: byWorker(redisIdle),
      beatMs: Math.max(0, beatMs),
      commandsByNode: byNode(({ commands }) => commands),
      commandsByWorker: byWorker(({ commands }) => commands),
      bytesByNode: byNode(({ bytes }) => bytes),
      connectionsByOrchestrator: two.connections - few.connections,
      connectionsByWorker,
      keptByNode,
    },
    hopMs: few.hopMs,
  };
}

/** What a commit and what a node costs: two loads, whose commits hold different numbers of nodes. */
function solve(
  low: LoadReport,
  high: LoadReport,
  idle: Used,
  of: (used: Used) => number,
): { readonly commitMs: number; readonly nodeMs: number } {
  const spent = (load: LoadReport) => of(load) - (of(idle) / idle.seconds) * load.seconds;
  const determinant = low.commits * high.nodes - high.commits * low.nodes;
  const commitMs = (spent(low) * high.nodes - spent(high) * low.nodes) / determinant;
  const nodeMs = (low.commits * spent(high) - high.commits * spent(low)) / determinant;
  if (commitMs > 0 && nodeMs > 0) return { commitMs, nodeMs };
  // Other work on the machine hid the difference: half of it each way.
  const spentAll = spent(low) + spent(high);
  return {
    commitMs: spentAll / 2 / (low.commits + high.commits),
    nodeMs: spentAll / 2 / (low.nodes + high.nodes),
  };
}
