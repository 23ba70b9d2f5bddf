/**
 * Random workflows: a graph of 20 to 32 tasks with all kinds of edges, trigger rules, actions and limits, and what is known
 * of it in advance (truth of conditions, choice of switches), so that a checker can tell what must come of it.
 */
import type { Json, Template } from '../../engine/core/json.ts';
import { type Plan, type PlanEdge, type PlanTask, sealPlan, type WhenWord } from '../../engine/core/plan.ts';
import { NO_RETRY } from '../../engine/core/retry-policy.ts';
import type { TriggerRule } from '../../engine/core/trigger-rule.ts';
import { hashOf, type Random } from './random.ts';
import { randomAction, randomFanOut, randomLimits, rateOf } from './random-task.ts';

/** What is known of a task beside its plan. */
export interface KnownTask {
  /** Truth of `if`; a number: true for items below it. */
  readonly truth: boolean | number | 'error';
  /** Case that a switch chooses; null: none. */
  readonly choice?: string | null;
  /** Number of nodes, where it does not depend on other tasks. */
  readonly items?: number;
  /** Upstream tasks whose tokens are passed in, by input name. */
  readonly reads: readonly number[];
}

export interface SimWorkflow {
  readonly plan: Plan;
  readonly inputs: { readonly [name: string]: Json };
  readonly known: readonly KnownTask[];
  /** Tasks whose success the workflow's outputs need. */
  readonly neededByOutputs: readonly number[];
}

/** Rules in random use; the plain one is given more weight. */
const RULES: readonly TriggerRule[] = [
  ...(['all_success', 'all_success', 'all_success', 'all_success', 'all_done', 'none_failed'] as const),
  ...(['all_success', 'all_failed', 'all_skipped', 'all_done', 'all_done_min_one_success'] as const),
  ...(['one_success', 'one_failed', 'one_done', 'none_failed', 'none_failed_min_one_success'] as const),
  ...(['none_skipped', 'always', 'all_failed', 'all_skipped'] as const),
];
const WITHOUT_OPTIONAL: readonly TriggerRule[] = ['all_failed', 'one_failed', 'all_skipped'];
const WHENS: readonly WhenWord[] = ['success', 'failure', 'skipped', 'done'];
const CONDITIONS: readonly (readonly [text: string, truth: KnownTask['truth']])[] = [
  ['inputs.yes', true],
  ['inputs.no', false],
  ['inputs.n > 2', true],
  ['inputs.n == 4', false],
  ['inputs.absent.deep', 'error'],
];
export const INPUTS = { yes: true, no: false, n: 3, list: [5, 6, 7] } as const;

export function randomWorkflow(dice: Random, name: string): SimWorkflow {
  const count = dice.int(20, 30);
  const tasks: PlanTask[] = [];
  const known: KnownTask[] = [];
  for (let i = 0; i < count; i++) {
    const made = randomTask(dice, i, tasks, known);
    tasks.push(made.task);
    known.push(made.known);
  }
  const { outputs, neededByOutputs } = randomOutputs(dice, tasks);
  const plan = sealPlan({
    format: 1,
    name,
    namespace: 'default',
    labels: {},
    inputs: {},
    priority: 5,
    ...(dice.chance(0.2) ? { maxParallel: dice.int(2, 6) } : {}),
    ...(dice.chance(0.12) ? { timeoutMs: dice.int(1_000, 12_000) } : {}),
    tasks,
    outputs,
  });
  return { plan, inputs: INPUTS, known, neededByOutputs };
}

function randomTask(
  dice: Random,
  index: number,
  before: readonly PlanTask[],
  knownBefore: readonly KnownTask[],
): { task: PlanTask; known: KnownTask } {
  const rule = index === 0 ? 'all_success' : dice.pick(RULES);
  const edges = randomEdges(dice, rule, before, knownBefore);
  const triggerRule = edges.length === 0 ? 'all_success' : rule;
  const reads = before.length > 0 && dice.chance(0.5) ? pickReads(dice, edges, before) : [];
  const allEdges = withDataEdges(edges, reads);
  const made = randomAction(dice, { before, reads });
  const fan = made.canFan && dice.chance(0.22) ? randomFanOut(dice, before, allEdges) : undefined;
  const condition = randomCondition(dice, fan !== undefined);
  const id = `${NAMES[hashOf(index) % NAMES.length] ?? 't'}_${index}`;
  const task: PlanTask = {
    id,
    ...rateOf(id),
    edges: fan ? withDataEdges(allEdges, fan.reads) : allEdges,
    triggerRule,
    ...(condition ? { if: condition.text } : {}),
    ...(condition?.perNode === true ? { ifPerNode: true as const } : {}),
    action: made.action,
    ...(fan ? { fanOut: fan.fanOut } : {}),
    maxFailures: { count: 0 },
    failFast: true,
    retry: NO_RETRY,
    allowFailure: dice.chance(0.12),
    queue: 'default',
    priority: dice.int(0, 9),
    env: {},
    artifacts: {},
    files: {},
    ...randomLimits(dice, {
      isFan: fan !== undefined,
      isWork: made.action.uses === 'sim',
      hangs: made.hangs,
    }),
  };
  return {
    task,
    known: {
      truth: condition?.truth ?? true,
      ...(made.choice === undefined ? {} : { choice: made.choice }),
      ...(fan?.items === undefined ? {} : { items: fan.items }),
      reads,
    },
  };
}

/** Some are names that trip up programs. */
const NAMES = ['load', 'constructor', '__proto__', 'failed', 'split', 'join', 'status', 'toString'];

function randomCondition(
  dice: Random,
  isFan: boolean,
): { text: string; truth: KnownTask['truth']; perNode?: true } | undefined {
  if (!dice.chance(0.2)) return undefined;
  if (isFan && dice.chance(0.6)) {
    const limit = dice.int(0, 4);
    return { text: `index < ${limit}`, truth: limit, perNode: true };
  }
  const [text, truth] = dice.pick(CONDITIONS);
  return { text, truth };
}

function randomEdges(
  dice: Random,
  rule: TriggerRule,
  before: readonly PlanTask[],
  known: readonly KnownTask[],
): PlanEdge[] {
  const wanted = before.length === 0 ? 0 : dice.pick([0, 1, 1, 1, 2, 2, 3]);
  const nearby = before.map((_, i) => i).slice(-12);
  return dice.sample(nearby, wanted).map((from) => {
    const optional = !WITHOUT_OPTIONAL.includes(rule) && dice.chance(0.15) ? { optional: true as const } : {};
    const choice = known[from]?.choice;
    if (choice !== undefined && dice.chance(0.7))
      return { from, case: dice.sample(['a', 'b', 'z'], dice.int(1, 2)), ...optional };
    if (dice.chance(0.2)) return { from, when: dice.sample(WHENS, dice.int(1, 2)), ...optional };
    return { from, ...optional };
  });
}

function pickReads(dice: Random, edges: readonly PlanEdge[], before: readonly PlanTask[]): number[] {
  const pool =
    edges.length > 0 && dice.chance(0.7) ? edges.map(({ from }) => from) : before.map((_, i) => i).slice(-8);
  return dice.sample([...new Set(pool)], dice.int(1, 2));
}

/** A reference adds an edge unless a written one is there. */
function withDataEdges(edges: readonly PlanEdge[], reads: readonly number[]): PlanEdge[] {
  const missing = reads.filter((from) => !edges.some((edge) => edge.from === from));
  return [...edges, ...[...new Set(missing)].map((from) => ({ from, data: true as const }))];
}

function randomOutputs(
  dice: Random,
  tasks: readonly PlanTask[],
): { outputs: { [name: string]: Template }; neededByOutputs: number[] } {
  const lenient = dice.int(0, tasks.length - 1);
  const outputs: { [name: string]: Template } = {
    lenient: `\${{ default(tasks.${tasks[lenient]?.id}.outputs.token, 'none') }}`,
  };
  if (!dice.chance(0.1)) return { outputs, neededByOutputs: [] };
  const strict = tasks.findIndex((task) => task.action.uses === 'sim' && !task.fanOut);
  if (strict < 0) return { outputs, neededByOutputs: [] };
  outputs['strict'] = `\${{ tasks.${tasks[strict]?.id}.outputs.token }}`;
  return { outputs, neededByOutputs: [strict] };
}
