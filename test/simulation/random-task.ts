/** The parts of a random task: its action, its fan-out, its limits. */
import type { Template } from '../../engine/core/json.ts';
import type { FanOut, PlanAction, PlanEdge, PlanTask } from '../../engine/core/plan.ts';
import { type Backoff, NO_RETRY, type RetryPolicy } from '../../engine/core/retry-policy.ts';
import { hashOf, type Random } from './random.ts';

/** A queue that no worker serves: its tasks end by `queue_timeout`. */
export const DESERTED_QUEUE = 'deserted';
export const QUEUES = ['default', 'fast', 'heavy'] as const;

export interface MadeAction {
  readonly action: PlanAction;
  readonly canFan: boolean;
  readonly hangs: boolean;
  readonly choice?: string | null;
}

interface ActionContext {
  readonly before: readonly PlanTask[];
  readonly reads: readonly number[];
}

export function randomAction(dice: Random, context: ActionContext): MadeAction {
  const roll = dice.next();
  if (roll < 0.06) return engineAction({ uses: 'noop', with: {} }, true);
  if (roll < 0.12) return engineAction({ uses: 'wait', with: { for: `${dice.int(50, 2_500)}ms` } }, true);
  if (roll < 0.2)
    return engineAction(
      { uses: 'transform', with: { value: { up: tokens(dice, context), n: [1, 2] } } },
      true,
    );
  if (roll < 0.24) return engineAction({ uses: 'fail', with: { message: 'on purpose' } }, true);
  if (roll < 0.34) return randomSwitch(dice);
  const hangs = dice.chance(0.12);
  const kills = dice.chance(0.003);
  const options = {
    fail: dice.pick([0, 0, 0.15, 0.3, 0.6]),
    ...(hangs ? { hang: 0.5 } : {}),
    ...(kills ? { kill: true } : {}),
    up: tokens(dice, context),
  };
  // Forty nodes that kill three workers each take longer than anyone waits.
  return { action: { uses: 'sim', with: options }, canFan: !kills, hangs };
}

function engineAction(action: PlanAction, canFan: boolean): MadeAction {
  return { action, canFan, hangs: false };
}

/** References to the tokens of upstream tasks; some fail the node when the upstream did not succeed. */
function tokens(dice: Random, { before, reads }: ActionContext): { [task: string]: Template } {
  return Object.fromEntries(
    reads.map((from) => {
      const reference = `tasks.${before[from]?.id}.outputs.token`;
      return [`t${from}`, dice.chance(0.9) ? `\${{ default(${reference}, null) }}` : `\${{ ${reference} }}`];
    }),
  );
}

function randomSwitch(dice: Random): MadeAction {
  const truths = [dice.chance(0.4), dice.chance(0.4)];
  const cases = ['a', 'b'].map((name, i) => ({
    name,
    if: `\${{ inputs.${truths[i] === true ? 'yes' : 'no'} }}`,
  }));
  const fallback = dice.chance(0.6);
  const choice = truths[0] === true ? 'a' : truths[1] === true ? 'b' : fallback ? 'z' : null;
  return {
    action: { uses: 'switch', with: { cases, ...(fallback ? { default: 'z' } : {}) } },
    canFan: false,
    hangs: false,
    choice,
  };
}

export interface MadeFanOut {
  readonly fanOut: FanOut;
  /** Tasks that it refers to. */
  readonly reads: readonly number[];
  readonly items?: number;
}

export function randomFanOut(
  dice: Random,
  before: readonly PlanTask[],
  edges: readonly PlanEdge[],
): MadeFanOut {
  const roll = dice.next();
  if (roll < 0.35) {
    // Now and then more than a queue's window takes.
    const items = dice.chance(0.05) ? dice.int(20, 45) : dice.int(0, 6);
    return { fanOut: { kind: 'foreach', items: `\${{ range(0, ${items}) }}` }, reads: [], items };
  }
  if (roll < 0.6) return randomMatrix(dice);
  const upstream = edges.find(({ from }) => before[from]?.action.uses === 'sim') ?? edges[0];
  if (!upstream) return { fanOut: { kind: 'foreach', items: '${{ inputs.list }}' }, reads: [], items: 3 };
  const reference = `tasks.${before[upstream.from]?.id}.outputs.n`;
  const items = dice.chance(0.8) ? `\${{ default(${reference}, inputs.list) }}` : `\${{ ${reference} }}`;
  return { fanOut: { kind: 'foreach', items }, reads: [upstream.from] };
}

function randomMatrix(dice: Random): MadeFanOut {
  const fanOut: FanOut = {
    kind: 'matrix',
    axes: [
      { name: 'os', values: ['linux', 'mac'] },
      { name: 'size', values: [1, 2] },
    ],
    include: dice.chance(0.5) ? [{ os: 'beos', size: 9 }] : [],
    exclude: dice.chance(0.5) ? [{ os: 'mac', size: 2 }] : [],
  };
  const items = 4 + (fanOut.include as unknown[]).length - (fanOut.exclude as unknown[]).length;
  return { fanOut, reads: [], items };
}

type Limits = Partial<PlanTask>;

export function randomLimits(
  dice: Random,
  { isFan, isWork, hangs }: { isFan: boolean; isWork: boolean; hangs: boolean },
): Limits {
  return {
    ...(isFan ? randomFanLimits(dice) : {}),
    ...(dice.chance(0.45) ? { retry: randomRetry(dice) } : {}),
    ...(isWork ? { queue: dice.pick(QUEUES) } : {}),
    ...(isWork && (hangs || dice.chance(0.15)) ? { timeoutMs: dice.int(300, 2_500) } : {}),
    ...(isWork ? randomQueueLimit(dice) : {}),
  };
}

function randomQueueLimit(dice: Random): Limits {
  const roll = dice.next();
  if (roll < 0.02) return { queue: DESERTED_QUEUE, queueTimeoutMs: dice.int(500, 2_000) };
  return roll < 0.08 ? { queueTimeoutMs: dice.int(1_500, 8_000) } : {};
}

function randomFanLimits(dice: Random): Limits {
  const percent = dice.chance(0.3);
  return {
    ...(dice.chance(0.4) ? { maxParallel: dice.int(1, 3) } : {}),
    maxFailures: percent ? { percent: dice.int(0, 60) } : { count: dice.pick([0, 0, 1, 2]) },
    failFast: dice.chance(0.6),
  };
}

const BACKOFFS: readonly Backoff[] = ['fixed', 'linear', 'exponential'];

function randomRetry(dice: Random): RetryPolicy {
  return {
    ...NO_RETRY,
    attempts: dice.int(2, 4),
    delayMs: dice.int(20, 900),
    backoff: dice.pick(BACKOFFS),
    factor: dice.pick([1.5, 2, 3]),
    maxDelayMs: dice.pick([500, 2_000, 3_600_000]),
    jitter: dice.pick([0, 0.5, 1]),
    ...(dice.chance(0.1) ? { budgetMs: dice.int(300, 3_000) } : {}),
    ...(dice.chance(0.2) ? { on: "error.code == 'exit_code'" } : {}),
  };
}

/** Some tasks have a rate: an hour of it, so that a millisecond costs a fraction that sums keep exactly. */
export function rateOf(id: string): Pick<PlanTask, 'costPerHour'> {
  const kind = hashOf('rate', id) % 4;
  return kind < 2 ? { costPerHour: (kind + 1) * 3_600_000 * 0.125 } : {};
}
