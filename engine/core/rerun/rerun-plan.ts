/**
 * What a rerun does: a new run of the same workflow that takes over from a former run the tasks that need not run again.
 * Taken over are whole tasks only, with their outputs; their artifacts stay where the former run has them.
 */
import { type ChildVersions, versionOfChild } from '../child-plan.ts';
import { plainOutcome } from '../edge-counts.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import { isRunEnded, standsAs } from '../node-state.ts';
import type { Plan, PlanTask } from '../plan.ts';
import { whyRefused } from './matrix.ts';
import {
  addUndone,
  loneProblem,
  type PlannedTask,
  type Refusal,
  type ResetRequest,
  SEEDS,
  Selection,
} from './reset-plan.ts';
import { nameOf, type Standing } from './standing.ts';

export interface RerunPlan {
  /** Ids of the tasks that are taken over. */
  readonly reuse: readonly string[];
  readonly reset: readonly PlannedTask[];
  readonly kept: readonly PlannedTask[];
}

/** The definition and inputs of the new run. Without `pins` and `linked` it has no sub-workflows. */
export interface RerunRequest extends ResetRequest, Partial<ChildVersions> {
  readonly plan: Plan;
  readonly inputs: JsonObject;
}

type Former = Standing & {
  readonly header: { readonly inputs: JsonObject };
  /** Plans of the sub-workflows that it could start. */
  readonly linked?: Iterable<Plan>;
};

/** A definition with the versions of all that it runs. */
interface Definition extends ChildVersions {
  readonly plan: Plan;
}

export function planRerun(former: Former, request: RerunRequest): RerunPlan | Refusal {
  const changed = changedInputs(former.header.inputs, request.inputs);
  const definitions = definitionsOf(former, request);
  const why = whyRefused({
    verb: 'rerun',
    scope: request.scope,
    definition: isSame(definitions) ? 'same' : 'newest',
    inputs: changed.length > 0 ? 'changed' : 'same',
  });
  if (why !== undefined) return { refused: why };
  if (request.scope === 'all') return describe(former, request.plan, undefined);
  if (!isRunEnded(former.header.status))
    return {
      refused: 'the run has not ended, so that nothing can be taken over from it; wait, or cancel it',
    };
  const selection = new Selection(former);
  const problem = select(selection, request, { inputs: changed, definitions });
  return problem ?? describe(former, request.plan, selection);
}

interface Changes {
  readonly inputs: readonly string[];
  readonly definitions: readonly [before: Definition, after: Definition];
}

function definitionsOf(former: Former, { plan, pins, linked = [] }: RerunRequest): Changes['definitions'] {
  const { header } = former;
  return [
    {
      plan: former.plan,
      linked: former.linked ?? [],
      ...(header.pins === undefined ? {} : { pins: header.pins }),
    },
    { plan, linked, ...(pins === undefined ? {} : { pins }) },
  ];
}

function isSame([before, after]: Changes['definitions']): boolean {
  return (
    before.plan.hash === after.plan.hash &&
    before.plan.tasks.every(
      ({ child }) => !child || versionOfChild(child, before) === versionOfChild(child, after),
    )
  );
}

function select(
  selection: Selection,
  { scope, nodes = [] }: RerunRequest,
  changes: Changes,
): Refusal | undefined {
  const isNamed = scope === 'from' || scope === 'node';
  const problem = isNamed ? SEEDS[scope](selection, nodes) : undefined;
  if (problem) return problem;
  // Only whole tasks are taken over, so naming an item means its task.
  for (const index of [...selection.single.keys()])
    selection.addTask(selection.run.nodes[index]?.task ?? -1, 'was named');
  if (isNamed && selection.tasks().size === 0) return { refused: 'no node was named' };
  const named = selection.tasks();
  addUnusable(selection, scope === 'failed' ? 'failed' : 'did not succeed');
  const undone = addUndone(selection);
  if (scope === 'node') {
    const other = [...selection.tasks()].find((task) => !named.has(task));
    const lone = loneProblem(selection);
    if (other !== undefined)
      return {
        refused: `${nameOf(selection.run, other)} has to run again, too; rerun from there instead (--from)`,
      };
    if (undone || lone)
      return { refused: `${lone ?? 'parts of the run were undone'}; rerun from there instead (--from)` };
    return undefined;
  }
  const isUnchanged = changes.inputs.length === 0 && isSame(changes.definitions);
  if (selection.tasks().size === 0 && scope === 'failed' && isUnchanged)
    return { refused: 'nothing failed in it; name a node (--from, --node), or take the whole (--all)' };
  addChanged(selection, changes);
  selection.addDownstream();
  return undefined;
}

/** Ends that cannot be taken over. */
function addUnusable(selection: Selection, word: string): void {
  const { plan, nodes } = selection.run;
  for (const [index, task] of plan.tasks.entries()) {
    const record = nodes[index];
    if (task.phase || !record) continue;
    const isUsable = plainOutcome(record, task) !== 'F' && !(record.state === 'failed' && task.fanOut);
    if (!isUsable) selection.addTask(index, record.state === 'failed' ? word : standsAs(record.state));
  }
}

function addChanged(selection: Selection, { inputs, definitions: [before, after] }: Changes): void {
  const now = new Map(after.plan.tasks.map((task) => [task.id, task]));
  for (const [index, task] of before.plan.tasks.entries()) {
    if (task.phase) continue;
    const other = now.get(task.id);
    const input = inputs.find((name) => usesInput(task, name));
    if (!other || shapeOf(task, before.plan) !== shapeOf(other, after.plan))
      selection.addTask(index, 'its definition changed');
    else if (
      task.child &&
      other.child &&
      versionOfChild(task.child, before) !== versionOfChild(other.child, after)
    )
      selection.addTask(index, `its sub-workflow ${task.child.workflow} changed`);
    else if (input !== undefined) selection.addTask(index, `uses the input ${input}, which changed`);
  }
}

/** All that a task is, wherever it stands in its file. Which version its sub-workflow has is asked separately. */
function shapeOf(task: PlanTask, plan: Plan): string {
  const { at: _place, edges, child, ...rest } = task;
  const needs = edges.map(({ from, ...edge }) => ({ ...edge, from: plan.tasks[from]?.id ?? '' }));
  const { hash: _version, ...start } = child ?? {};
  return canonicalJson(JSON.parse(JSON.stringify({ ...rest, needs, start })) as Json);
}

/** Rather once too often: also where an input is named by an expression. */
function usesInput(task: PlanTask, name: string): boolean {
  const text = JSON.stringify(task);
  if (!/\binputs\b/.test(text)) return false;
  return (
    /\binputs\s*\[/.test(text) ||
    new RegExp(`\\binputs\\s*\\.\\s*${name}(?![\\w-])`).test(text) ||
    /\binputs\b(?!\s*[.[])/.test(text)
  );
}

function changedInputs(before: JsonObject, after: JsonObject): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const textOf = (values: JsonObject, name: string) => canonicalJson(values[name] ?? null);
  return [...names].filter((name) => textOf(before, name) !== textOf(after, name));
}

/** Without a selection everything runs again. */
function describe(former: Former, plan: Plan, selection: Selection | undefined): RerunPlan {
  const indexes = new Map(former.plan.tasks.map((task, index) => [task.id, index]));
  const touched = selection?.tasks();
  const reset: PlannedTask[] = [];
  const kept: PlannedTask[] = [];
  for (const task of plan.tasks) {
    if (task.phase) continue;
    const index = indexes.get(task.id);
    const state = index === undefined ? undefined : former.nodes[index]?.state;
    if (index === undefined || state === undefined) reset.push({ node: task.id, why: 'is new' });
    else if (!selection || !touched) reset.push({ node: task.id, why: 'everything runs again' });
    else if (touched.has(index))
      reset.push({ node: task.id, why: selection.whole.get(index) ?? 'was named' });
    else kept.push({ node: task.id, why: `${state} in run ${former.header.id}` });
  }
  return { reuse: kept.map(({ node }) => node), reset, kept };
}
