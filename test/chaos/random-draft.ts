/** Random workflows of a given number of nodes, each wholly decided by its seed. */
import type { TriggerRule } from '../../engine/core/trigger-rule.ts';
import type { Random } from '../simulation/random.ts';
import type { Draft, TaskDraft } from './draft.ts';

const RULES: readonly TriggerRule[] = [
  'all_done',
  'none_failed',
  'one_success',
  'one_failed',
  'all_done_min_one_success',
];

export interface DraftOptions {
  /** Nodes that do work. */
  readonly nodes: number;
  readonly limits: readonly string[];
  /** Multiplies the length of work. Default 1. */
  readonly slowness?: number;
}

export function randomDraft(
  random: Random,
  name: string,
  { nodes, limits, slowness = 1 }: DraftOptions,
): Draft {
  const tasks: TaskDraft[] = [];
  let left = nodes;
  while (left > 0) {
    const fan = left >= 4 && random.chance(0.12) ? random.int(2, 4) : undefined;
    left -= fan ?? 1;
    tasks.push(randomTask(random, tasks, { fan, limits, slowness }));
  }
  const failing = randomFailure(random);
  if (failing === undefined) return { name, tasks };
  const chosen = random.pick(
    tasks.filter(({ nodes: count, uses }) => count === undefined && uses === 'function'),
  );
  const spoiled = tasks.map((task) => (task === chosen ? { ...task, ...failing } : task));
  return { name, tasks: spoiled };
}

interface TaskOptions {
  readonly fan: number | undefined;
  readonly limits: readonly string[];
  readonly slowness: number;
}

function randomTask(random: Random, before: readonly TaskDraft[], options: TaskOptions): TaskDraft {
  const needs = before.length === 0 ? [] : randomNeeds(random, before);
  const isShell = options.fan === undefined && random.chance(0.03);
  const isFlaky = !isShell && random.chance(0.06);
  const isLimited = !isShell && options.limits.length > 0 && random.chance(0.03);
  return {
    id: `t${before.length}`,
    needs,
    rule: needs.length > 0 && random.chance(0.15) ? random.pick(RULES) : 'all_success',
    does: isFlaky ? 'flaky' : 'succeeds',
    retries: isFlaky ? random.int(1, 2) : 0,
    workMs: Math.round(randomWork(random) * options.slowness),
    uses: isShell ? 'shell' : 'function',
    ...(options.fan === undefined ? {} : { nodes: options.fan }),
    ...(isLimited ? { limit: random.pick(options.limits) } : {}),
  };
}

/** Mostly of the last few, so that graphs are neither flat nor chains. */
function randomNeeds(random: Random, before: readonly TaskDraft[]): string[] {
  if (random.chance(0.12)) return [];
  const near = before.slice(-5);
  const pool = random.chance(0.8) ? near : before;
  return random.sample(pool, random.int(1, Math.min(3, pool.length))).map(({ id }) => id);
}

function randomWork(random: Random): number {
  const luck = random.next();
  if (luck < 0.7) return random.between(2, 50);
  if (luck < 0.95) return random.between(50, 400);
  return random.between(800, 2_500);
}

function randomFailure(random: Random): Partial<TaskDraft> | undefined {
  const luck = random.next();
  if (luck < 0.12) return { does: 'mended', retries: random.int(0, 1) };
  if (luck < 0.2) return { does: 'fails', retries: random.int(0, 1) };
  return undefined;
}
