/**
 * Warns of a join that is skipped merely because one of its branches is: the default rule wants success of all, and one
 * upstream runs only under a condition.
 */
import type { PlanEdge } from '../../engine/core/plan.ts';
import { isConditional } from '../condition.ts';
import type { Dependency } from '../dependency.ts';
import { alternatives } from '../suggest.ts';
import type { WorkflowContext } from '../workflow-context.ts';

/** Steps of looking for common ancestors in one workflow; beyond them no further warnings are given. */
const STEP_BUDGET = 200_000;

/** `order` is topological. */
export function checkJoins(
  context: WorkflowContext,
  dependencies: readonly (readonly Dependency[])[],
  order: readonly number[],
): void {
  new JoinCheck(context, dependencies).run(order);
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
    const isOwn = isConditional(entry) || list.some(({ edge }) => edge.case ?? edge.when);
    if (isOwn) this.#skippableBy.set(task, task);
    else if (source !== undefined && !this.#warn(task, counted)) this.#skippableBy.set(task, source);
  }

  #conditionOf(task: number, edge: PlanEdge): number | undefined {
    return edge.case ? task : this.#skippableBy.get(edge.from);
  }

  /** Whether the task is a join of a conditional branch with something that does not lead to that branch. */
  #warn(task: number, edges: readonly Dependency[]): boolean {
    const exclusive = this.#exclusivePair(edges);
    if (exclusive) this.#reportExclusive(task, exclusive);
    if (exclusive) return true;
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

  /** Two edges behind different cases of the same switch, so that one of them is always skipped. */
  #exclusivePair(edges: readonly Dependency[]): ExclusivePair | undefined {
    const seen = new Map<number, { readonly chosen: CaseEdge; readonly branch: Dependency }[]>();
    for (const branch of edges) {
      const source = this.#skippableBy.get(branch.edge.from);
      const chosen = source === undefined ? undefined : this.#caseEdgeOf(source);
      if (!chosen) continue;
      const known = seen.get(chosen.from) ?? [];
      const other = known.find((one) => !one.chosen.case.some((name) => chosen.case.includes(name)));
      if (other) return { first: other.branch, second: branch, switchTask: chosen.from };
      // One branch of each choice is enough; a switch has few cases, a join may have thousands of edges.
      if (known.length < 20) seen.set(chosen.from, [...known, { chosen, branch }]);
    }
    return undefined;
  }

  /** The edge by which a switch decides on the task. Other rules than the default may run it for another choice, too. */
  #caseEdgeOf(task: number): CaseEdge | undefined {
    const rule = this.#context.tasks[task]?.source.trigger_rule ?? 'all_success';
    if (rule !== 'all_success') return undefined;
    for (const { edge } of this.#dependencies[task] ?? []) {
      if (edge.case && !edge.optional) return { from: edge.from, case: edge.case };
    }
    return undefined;
  }

  #reportExclusive(task: number, { first, second, switchTask }: ExclusivePair): void {
    const names = `${this.#nameOf(first.edge.from)} and ${this.#nameOf(second.edge.from)}`;
    this.#context.document.warn({
      code: 'join_skipped',
      path: first.path,
      within: first.within,
      message: `${this.#nameOf(task)} is always skipped: ${names} stand behind different cases of ${this.#nameOf(switchTask)}, so that one of them is skipped.`,
      hint: `${adviceOnReading([first, second])}Write \`trigger_rule: none_failed_min_one_success\`${this.#withNeeds([first, second])}.`,
    });
  }

  #report(task: number, conditional: Dependency, source: number, other: Dependency): void {
    const branch = conditional.edge.from;
    const because = branch === source ? '' : `, which follows ${this.#nameOf(source)}`;
    this.#context.document.warn({
      code: 'join_skipped',
      path: conditional.path,
      within: conditional.within,
      message: `${this.#nameOf(task)} is skipped whenever ${this.#nameOf(branch)}${because} is skipped by its condition, even if ${this.#nameOf(other.edge.from)} succeeds.`,
      hint: `${adviceOnReading([conditional])}${this.#adviceOnWaiting(conditional, other)}`,
    });
  }

  /** Without the advice on reading, `optional` would only turn the skipped task into one that fails. */
  #adviceOnWaiting(conditional: Dependency, other: Dependency): string {
    const rule = `\`trigger_rule: none_failed\`${this.#withNeeds([conditional, other])}`;
    return `Write \`{ task: ${this.#idOf(conditional.edge.from)}, optional: true }\` under \`needs\`, or ${rule}.`;
  }

  /** A rule counts no edge that comes from a reference alone, so that those tasks must be named. */
  #withNeeds(edges: readonly Dependency[]): string {
    const ids = edges.filter(({ edge }) => edge.data).map(({ edge }) => this.#idOf(edge.from));
    return ids.length === 0 ? '' : ` and name ${alternatives(ids, 'and')} under \`needs\``;
  }

  #idOf(index: number): string {
    return this.#context.tasks[index]?.id ?? '?';
  }

  #nameOf(index: number): string {
    return `\`${this.#idOf(index)}\``;
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

interface CaseEdge {
  readonly from: number;
  readonly case: readonly string[];
}

interface ExclusivePair {
  readonly first: Dependency;
  readonly second: Dependency;
  readonly switchTask: number;
}

/** A task that runs although another was skipped must not insist on that one's values. */
function adviceOnReading(edges: readonly Dependency[]): string {
  const read = edges.flatMap(({ reads }) => (reads === undefined ? [] : [`default(${reads}, null)`]));
  return read.length === 0 ? '' : `Read ${alternatives(read, 'and')} instead. `;
}
