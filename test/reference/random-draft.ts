/** Random drafts of 2 to 100 tasks, most of them small: a seed is a workflow. */
import type { WhenWord } from '../../engine/core/plan.ts';
import { RULES_WITHOUT_OPTIONAL, TRIGGER_RULE_NAMES, TRIGGER_RULES } from '../../engine/core/trigger-rule.ts';
import type { Random } from '../simulation/random.ts';
import {
  CASES,
  type Draft,
  type DraftCondition,
  type DraftNeed,
  type DraftPhase,
  type DraftRead,
  type DraftTask,
  type DraftWork,
} from './draft.ts';

const WHENS: readonly WhenWord[] = ['success', 'failure', 'skipped', 'done'];
const MOST_TASKS = 100;

export function randomDraft(dice: Random): Draft {
  const count = 2 + Math.floor((MOST_TASKS - 1) * dice.next() ** 4);
  const tasks: DraftTask[] = [];
  for (let i = 0; i < count; i++) tasks.push(randomTask(dice, tasks, 'main'));
  for (const phase of ['on_success', 'on_failure', 'on_finish'] as const)
    for (let left = dice.chance(0.4) ? dice.int(1, 3) : 0; left > 0; left--)
      tasks.push(randomTask(dice, tasks, phase));
  const outputs = dice.chance(0.5) ? randomReads(dice, workOf(tasks, 'main'), 2) : [];
  // Everything ends at a multiple of 10 ms: a cancel meets nothing at the same moment.
  const cancelAtMs = 5 + 10 * dice.int(0, 150_000);
  return { tasks, outputs, ...(dice.chance(0.2) ? { cancelAtMs } : {}) };
}

function workOf(tasks: readonly DraftTask[], phase: DraftPhase): number[] {
  return tasks.flatMap((task, i) => (task.phase === phase && task.choice === undefined ? [i] : []));
}

function randomTask(dice: Random, before: readonly DraftTask[], phase: DraftPhase): DraftTask {
  const own = before.flatMap((task, i) => (task.phase === phase ? [i] : []));
  const wanted = dice.chance(0.5) ? 'all_success' : dice.pick(TRIGGER_RULE_NAMES);
  const upstream = dice.sample(own.slice(-12), dice.pick([0, 1, 1, 2, 2, 3, 4]));
  const rule = upstream.length === 0 ? 'all_success' : wanted;
  const canDrop = !RULES_WITHOUT_OPTIONAL.includes(rule);
  const needs = upstream.map((task) => randomNeed(dice, task, { before, canDrop }));
  const isSwitch = phase === 'main' && dice.chance(0.12);
  // What starts early must not read what it does not wait for: that would be a matter of moments.
  const isEarly = 'early' in TRIGGER_RULES[rule];
  const readable = workOf(before, 'main').filter((task) => !(isEarly && upstream.includes(task)));
  const items = !isSwitch && dice.chance(0.2) ? dice.int(0, 5) : undefined;
  const isOneByOne = items !== undefined && dice.chance(0.3);
  const condition = randomCondition(dice, readable, items);
  const attempts = isOneByOne ? 1 : dice.pick([1, 1, 1, 2, 3]);
  return {
    id: `${phase === 'main' ? 't' : 'h'}${before.length}`,
    phase,
    needs,
    rule,
    ...(condition ? { condition } : {}),
    reads: isSwitch ? [] : randomReads(dice, readable, dice.pick([0, 0, 1, 2])),
    ...(isSwitch ? { choice: dice.pick([...CASES, null]) } : {}),
    ...(items === undefined ? {} : { items }),
    isOneByOne,
    maxFailures: items !== undefined && dice.chance(0.4) ? dice.int(1, 2) : 0,
    allowFailure: dice.chance(0.15),
    attempts,
    work: Array.from({ length: items ?? 1 }, () => randomWork(dice)),
  };
}

function randomNeed(
  dice: Random,
  task: number,
  { before, canDrop }: { readonly before: readonly DraftTask[]; readonly canDrop: boolean },
): DraftNeed {
  const optional = canDrop && dice.chance(0.15) ? { optional: true as const } : {};
  if (before[task]?.choice !== undefined && dice.chance(0.7))
    return { task, case: dice.sample(CASES, dice.int(1, 2)), ...optional };
  if (dice.chance(0.25)) return { task, when: dice.sample(WHENS, dice.int(1, 2)), ...optional };
  return { task, ...optional };
}

function randomCondition(
  dice: Random,
  readable: readonly number[],
  items: number | undefined,
): DraftCondition | undefined {
  if (dice.chance(0.75)) return undefined;
  if (items !== undefined && dice.chance(0.6)) return { kind: 'item', below: dice.int(0, 5) };
  if (readable.length > 0 && dice.chance(0.5)) return { kind: 'status', of: dice.pick(readable) };
  return dice.chance(0.15) ? { kind: 'error' } : { kind: 'fixed', holds: dice.chance(0.6) };
}

function randomReads(dice: Random, readable: readonly number[], most: number): DraftRead[] {
  return dice.sample(readable, most).map((task) => ({ task, isSafe: dice.chance(0.5) }));
}

function randomWork(dice: Random): DraftWork {
  return { takesMs: 10 * dice.int(1, 90_000), failures: dice.pick([0, 0, 0, 0, 0, 0, 1, 2, 9]) };
}
