/**
 * Warns of a join that is skipped merely because one of its branches is: the default rule wants success of all, and one
 * upstream runs only under a condition.
 */
import { type TaskGraph, topologicalOrder } from '../../engine/core/graph.ts';
import type { PlanEdge } from '../../engine/core/plan.ts';
import type { Dependency } from '../dependency.ts';
import type { WorkflowContext } from '../workflow-context.ts';

/** Steps of looking for common ancestors in one workflow; beyond them no further warnings are given. */
const STEP_BUDGET = 200_000;

/** `graph` holds the dependencies and has no cycle. */
export function checkJoins(
  context: WorkflowContext,
  dependencies: readonly (readonly Dependency[])[],
  graph: TaskGraph,
): void {
  const isConditional = context.tasks.some(({ source }) => source.if !== undefined);
  const hasCases = dependencies.some((list) => list.some(({ edge }) => edge.case ?? edge.when));
  if (isConditional || hasCases) new JoinCheck(context, dependencies).run(topologicalOrder(graph));
}

class JoinCheck {
  readonly #context: WorkflowContext;
  readonly #dependencies: readonly (readonly Dependency[])[];
  /** Task → the task whose condition may skip it. */
  readonly #skippableBy = new Map<number, number>();
  #budget = STEP_BUDGET;

  constructor(context: WorkflowContext, dependencies: readonly (readonly Dependency[])[]) {
    this.#context = context;
    this.#dependencies = dependencies;
  }

  run(order: readonly number[]): void {
    for (const task of order) this.#visit(task);
  }

  #visit(task: number): void {
    const entry = this.#context.tasks[task];
    const list = this.#dependencies[task] ?? [];
    if (!entry) return;
    const rule = entry.source.trigger_rule ?? 'all_success';
    const counted = rule === 'all_success' ? list.filter(({ edge }) => !edge.optional && !edge.when) : [];
    const source = counted
      .map(({ edge }) => this.#conditionOf(task, edge))
      .find((found) => found !== undefined);
    const isOwn = entry.source.if !== undefined || list.some(({ edge }) => edge.case ?? edge.when);
    if (isOwn) this.#skippableBy.set(task, task);
    else if (source !== undefined && !this.#warn(task, counted)) this.#skippableBy.set(task, source);
  }

  #conditionOf(task: number, edge: PlanEdge): number | undefined {
    return edge.case ? task : this.#skippableBy.get(edge.from);
  }

  /** Whether the task is a join of a conditional branch with something that does not lead to that branch. */
  #warn(task: number, edges: readonly Dependency[]): boolean {
    const conditional = edges.find(({ edge }) => this.#skippableBy.has(edge.from));
    const source = conditional && this.#skippableBy.get(conditional.edge.from);
    if (!conditional || source === undefined || edges.length < 2) return false;
    const ancestors = this.#ancestorsOf(source);
    const other = edges.find(
      ({ edge }) =>
        edge !== conditional.edge &&
        edge.from !== source &&
        !ancestors.has(edge.from) &&
        !this.#isBehind(edge.from, source),
    );
    if (!other || this.#budget <= 0) return false;
    this.#report(task, conditional, source, other);
    return true;
  }

  #report(task: number, conditional: Dependency, source: number, other: Dependency): void {
    const nameOf = (index: number) => `\`${this.#context.tasks[index]?.id}\``;
    const branch = conditional.edge.from;
    const because = branch === source ? '' : `, which follows ${nameOf(source)}`;
    this.#context.document.warn({
      code: 'join_skipped',
      path: conditional.path,
      within: conditional.within,
      message: `${nameOf(task)} is skipped whenever ${nameOf(branch)}${because} is skipped by its condition, even if ${nameOf(other.edge.from)} succeeds.`,
      hint: `Write \`{ task: ${this.#context.tasks[branch]?.id}, optional: true }\` under \`needs\`, or \`trigger_rule: none_failed\`.`,
    });
  }

  /** Whether every way to the task leads through the condition. */
  #isBehind(task: number, source: number): boolean {
    return this.#skippableBy.get(task) === source;
  }

  #ancestorsOf(task: number): Set<number> {
    const found = new Set<number>();
    const open = [task];
    for (let at = open.pop(); at !== undefined && this.#budget > 0; at = open.pop()) {
      for (const { edge } of this.#dependencies[at] ?? []) {
        this.#budget--;
        if (found.has(edge.from)) continue;
        found.add(edge.from);
        open.push(edge.from);
      }
    }
    return found;
  }
}
