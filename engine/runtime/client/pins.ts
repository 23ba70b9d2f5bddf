/** The versions of all sub-workflows that a run may start, directly or through others: fixed when the run is started. */
import { pinName } from '../../core/child-plan.ts';
import { SluiceError } from '../../core/errors.ts';
import type { Plan, PlanChild } from '../../core/plan.ts';
import type { SourceRef } from '../../core/ticket.ts';

export interface FoundWorkflow {
  readonly plan: Plan;
  /** Plans of other files that it runs as sub-workflows. */
  readonly linked: readonly Plan[];
  /** Its own files. */
  readonly source?: SourceRef;
}

/** The newest version that is stored under this name. */
export type FindWorkflow = (namespace: string, name: string) => Promise<FoundWorkflow | undefined>;

export interface Pinned {
  /** `namespace/workflow` → plan hash. */
  readonly pins: { readonly [workflow: string]: string };
  readonly sources: { readonly [workflow: string]: SourceRef };
  /** All that must be stored where the run lives. */
  readonly plans: readonly Plan[];
}

/**
 * @param linked plans of the same file and of other files that came with it
 * @throws SluiceError workflow_not_found when a sub-workflow is nowhere
 */
export async function pinsOf(plan: Plan, linked: readonly Plan[], find: FindWorkflow): Promise<Pinned> {
  const known = new Map(linked.map((one) => [one.hash, one]));
  const needed = new Map<string, Plan>();
  const pins = new Map<string, string>();
  const sources = new Map<string, SourceRef>();
  const open: Plan[] = [plan];
  const need = (child: Plan) => {
    if (!needed.has(child.hash)) open.push(child);
    needed.set(child.hash, child);
  };
  // A version that did not come along may be one of those that are stored.
  const recall = async (parent: Plan, child: PlanChild) => {
    for (const [namespace, name] of [
      [parent.namespace, parent.name] as const,
      [child.namespace, child.workflow] as const,
    ]) {
      const found = await find(namespace, name);
      for (const one of found ? [found.plan, ...found.linked] : []) known.set(one.hash, one);
    }
  };
  for (const parent of open) {
    for (const { id, child } of parent.tasks) {
      if (!child) continue;
      const name = pinName(child);
      if (child.hash !== undefined) {
        if (!known.has(child.hash)) await recall(parent, child);
        const found = known.get(child.hash);
        if (!found) throw missing(parent, id, child);
        need(found);
      } else if (!pins.has(name)) {
        const found = await find(child.namespace, child.workflow);
        if (!found) throw missing(parent, id, child);
        for (const one of found.linked) known.set(one.hash, one);
        pins.set(name, found.plan.hash);
        if (found.source) sources.set(name, found.source);
        need(found.plan);
      }
    }
  }
  return {
    pins: Object.fromEntries(pins),
    sources: Object.fromEntries(sources),
    plans: [...needed.values()],
  };
}

function missing(parent: Plan, task: string, { namespace, workflow, hash }: PlanChild): SluiceError {
  const which = hash === undefined ? '' : ` in the version ${hash.slice(0, 12)}`;
  return new SluiceError(
    'workflow_not_found',
    `The task ${task} of ${parent.name} runs the workflow "${workflow}" of the namespace "${namespace}", which is not stored in this Redis${which}. Apply it first: sluice apply FILE`,
  );
}
