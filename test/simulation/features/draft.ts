/** A workflow while features are planted in it: a small graph of plain work that features change and add to. */
import { type Plan, type PlanTask, sealPlan } from '../../../engine/core/plan.ts';
import { NO_RETRY } from '../../../engine/core/retry-policy.ts';
import type { Random } from '../random.ts';
import { QUEUES, rateOf } from '../random-task.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type DraftTask = Mutable<PlanTask>;
type Head = Mutable<Omit<Plan, 'hash' | 'format' | 'tasks'>>;

export class Draft {
  readonly dice: Random;
  /** Everything of the plan beside its tasks. */
  readonly head: Head;
  readonly inputs: { [name: string]: number | string | boolean | null } = { yes: true, no: false };
  readonly #main: DraftTask[] = [];
  readonly #ends: DraftTask[] = [];
  /** Plans that must be stored beside this one. */
  readonly linked: Plan[] = [];
  /** Later definitions of the same workflow, with which a user has started runs. */
  readonly variants: Plan[] = [];
  /** What features remember for their user and their check, by feature. */
  readonly notes = new Map<string, unknown>();

  constructor(dice: Random, name: string) {
    this.dice = dice;
    this.head = {
      name,
      namespace: 'default',
      labels: {},
      inputs: {},
      priority: 5,
      outputs: {},
    };
    const count = dice.int(3, 8);
    for (let i = 0; i < count; i++) this.addWork();
  }

  /** Tasks of the main part. */
  get tasks(): readonly DraftTask[] {
    return this.#main;
  }

  /** A new task of plain work behind up to two others. */
  addWork(change: Partial<PlanTask> = {}): DraftTask {
    const { dice } = this;
    const before = this.#main.map((_, i) => i).slice(-4);
    const from = before.length === 0 ? [] : dice.sample(before, dice.int(0, 2));
    const task: DraftTask = {
      ...plainTask(`t${this.#main.length}`, dice.pick(QUEUES)),
      edges: from.map((one) => ({ from: one })),
      triggerRule:
        from.length > 0 ? dice.pick(['all_success', 'all_success', 'all_done'] as const) : 'all_success',
      action: { uses: 'sim', with: { fail: dice.pick([0, 0, 0.1, 0.4]) } },
      ...change,
    };
    this.#main.push(task);
    return task;
  }

  /** A task of the run's end (compensation, handler). Its edges are written relative to the first task of the end. */
  addEnd(
    phase: NonNullable<PlanTask['phase']>,
    change: Partial<PlanTask> & { readonly id: string },
  ): DraftTask {
    const task: DraftTask = { ...plainTask(change.id, this.dice.pick(QUEUES)), phase, ...change };
    this.#ends.push(task);
    return task;
  }

  get ends(): readonly DraftTask[] {
    return this.#ends;
  }

  /** A task of plain work that no feature has taken for itself. */
  pickWork(wanted: (task: DraftTask) => boolean = () => true): DraftTask {
    const fitting = this.#main.filter((task) => isPlainWork(task) && wanted(task));
    return fitting.length > 0 ? this.dice.pick(fitting) : this.addWork();
  }

  seal(): Plan {
    const offset = this.#main.length;
    const ends = this.#ends.map((task) => ({
      ...task,
      edges: task.edges.map((edge) => ({ ...edge, from: edge.from + offset })),
    }));
    return sealPlan({ format: 1, ...this.head, tasks: [...this.#main, ...ends] });
  }
}

export function isPlainWork({ action, fanOut, child, repeat }: DraftTask): boolean {
  return action.uses === 'sim' && !fanOut && !child && !repeat;
}

export function plainTask(id: string, queue = 'default'): DraftTask {
  return {
    id,
    ...rateOf(id),
    edges: [],
    triggerRule: 'all_success',
    action: { uses: 'sim', with: {} },
    maxFailures: { count: 0 },
    failFast: true,
    retry: NO_RETRY,
    allowFailure: false,
    queue,
    priority: 5,
    env: {},
    artifacts: {},
    files: {},
  };
}
