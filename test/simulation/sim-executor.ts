/** The work of simulated tasks (`uses: sim`): takes time, succeeds, fails, hangs, kills its worker; writes the ledger. */
import { z } from 'zod';
import { isJsonObject } from '../../engine/core/json.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import { TaskFailure, type WorkerExecutor } from '../../engine/ports/executor.ts';
import type { Ledger, Work } from './ledger.ts';
import type { SimProcess } from './process.ts';
import { type Behaviour, behaviourOf, largeOutputs } from './work.ts';
import type { World } from './world.ts';

export interface SimExecutorOptions {
  readonly world: World;
  readonly seed: number;
  readonly ledger: Ledger;
  readonly owner: SimProcess;
  readonly onKill: () => void;
}

export function simExecutor({ world, seed, ledger, owner, onKill }: SimExecutorOptions): WorkerExecutor {
  const { clock } = owner;
  return {
    place: 'worker',
    name: 'sim',
    summary: 'Work in a simulation.',
    options: z.any(),
    needsWorkspace: false,
    async run(options, { run, task, index, attempt, signal, progress, addCost }) {
      const name = { run, task, item: index ?? -1, attempt };
      const behaviour = behaviourOf(seed, name, options);
      const inputs = isJsonObject(options['up']) ? options['up'] : {};
      const work = ledger.open(name, owner.name, world.now, inputs);
      if (behaviour.cost !== undefined) {
        addCost(behaviour.cost);
        work.cost = behaviour.cost;
      }
      if (behaviour.end === 'kill') {
        onKill();
        return new Promise(() => {});
      }
      if (behaviour.reportsProgress) progress(0.5);
      await spend(clock, behaviour, signal);
      const large = options['large'] === true ? largeOutputs(work.token) : {};
      return { ...finish(world, work, behaviour, signal), ...large };
    },
  };
}

async function spend(clock: Clock, { end, ms, deafMs }: Behaviour, signal: AbortSignal): Promise<void> {
  const before = clock.now();
  if (end === 'hang') await clock.sleep(10_000_000, signal);
  else if (ms > 0) await clock.sleep(ms, signal);
  if (!signal.aborted || deafMs === 0) return;
  const rest = end === 'hang' ? deafMs : Math.min(deafMs, ms - (clock.now() - before));
  await clock.sleep(rest);
}

function finish(world: World, work: Work, behaviour: Behaviour, signal: AbortSignal) {
  work.endedAt = world.now;
  work.end = 'stopped';
  if (signal.aborted) throw new TaskFailure('cancelled', 'Stopped.');
  work.end = 'failed';
  if (behaviour.end === 'fail') {
    const { errorCode, retryAfterMs } = behaviour;
    const details = retryAfterMs === undefined ? {} : { retry_after: retryAfterMs };
    throw new TaskFailure(errorCode, 'The work failed.', details);
  }
  work.end = 'succeeded';
  return { token: work.token, n: Array.from({ length: behaviour.items }, (_, i) => i) };
}
