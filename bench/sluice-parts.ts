/** What the processes on Sluice's side share: connections, the number of shards, and the plans that are measured. */

import { type Plan, type PlanTask, sealPlan } from '../engine/core/plan.ts';
import { NO_RETRY } from '../engine/core/retry-policy.ts';
import type { Logger } from '../engine/ports/logger.ts';
import { type Connections, createConnections } from '../engine/redis/index.ts';

/** The default of an installation. */
export const SHARDS = 16;

const complain = (message: string): void => console.error(message);

/** Trouble during a measurement must be seen. */
export const CONSOLE_LOGGER: Logger = { debug: () => {}, info: () => {}, warn: complain, error: complain };

export function connect(settings: { readonly path: string; readonly prefix: string }): Connections {
  return createConnections({ path: settings.path, prefix: settings.prefix, logger: CONSOLE_LOGGER });
}

/** One node → `width` nodes → one node. */
export function fanOutPlan(width: number): Plan {
  const items = Array.from({ length: width }, (_, index) => index);
  return planOf(`fan-out-${width}`, [
    aTask('first', []),
    { ...aTask('each', [0]), fanOut: { kind: 'foreach', items } },
    aTask('last', [1]),
  ]);
}

export function chainPlan(length: number): Plan {
  const tasks = Array.from({ length }, (_, index) => aTask(`link${index}`, index === 0 ? [] : [index - 1]));
  return planOf(`chain-${length}`, tasks);
}

function planOf(name: string, tasks: readonly PlanTask[]): Plan {
  return sealPlan({
    format: 1,
    name,
    namespace: 'default',
    labels: {},
    inputs: {},
    priority: 5,
    tasks,
    outputs: {},
  });
}

function aTask(id: string, needs: readonly number[]): PlanTask {
  return {
    id,
    edges: needs.map((from) => ({ from })),
    triggerRule: 'all_success',
    action: { uses: 'bench', with: {} },
    maxFailures: { count: 0 },
    failFast: true,
    retry: NO_RETRY,
    allowFailure: false,
    queue: 'default',
    priority: 5,
    env: {},
    artifacts: {},
    files: {},
  };
}
