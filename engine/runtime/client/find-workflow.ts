/** Where sub-workflows are found by name: what was applied, and else what was started last from a file. */
import { linkedPlans } from '../../core/child-plan.ts';
import type { Plan } from '../../core/plan.ts';
import type { SourceRef } from '../../core/ticket.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import type { Definitions } from '../definition/definitions.ts';
import type { FindWorkflow, FoundWorkflow, Pinned } from './pins.ts';

export function findAppliedOrStarted(
  definitions: Pick<Definitions, 'find'>,
  index: Pick<RunIndex, 'findWorkflow'>,
): FindWorkflow {
  const started = findStarted(index);
  return async (namespace, name) => {
    const applied = await definitions.find(namespace, name);
    if (!applied) return started(namespace, name);
    const { plan, linked, version } = applied;
    return { plan, linked, ...(version.source === undefined ? {} : { source: version.source }) };
  };
}

export function findStarted(index: Pick<RunIndex, 'findWorkflow'>): FindWorkflow {
  return async (namespace, name) => {
    const found = await index.findWorkflow(namespace, name);
    if (!found) return undefined;
    // Written as JSON of these by `saveStarted`.
    const { planJson, source, linkedJson = '[]' } = found;
    const linked = JSON.parse(linkedJson) as readonly Plan[];
    const files = source === undefined ? {} : { source: JSON.parse(source) as SourceRef };
    return { plan: JSON.parse(planJson) as Plan, linked, ...files };
  };
}

/** Remembers what is started from a file, so that it can be started by its name. */
export function saveStarted(
  index: Pick<RunIndex, 'saveWorkflow'>,
  { plan, linked, source }: FoundWorkflow,
): Promise<void> {
  const needed = linkedPlans(plan, linked);
  return index.saveWorkflow(plan.namespace, plan.name, {
    planJson: JSON.stringify(plan),
    ...(source === undefined ? {} : { source: JSON.stringify(source) }),
    ...(needed.length === 0 ? {} : { linkedJson: JSON.stringify(needed) }),
  });
}

/** The versions that were fixed; what was not among them is looked for elsewhere. */
export function findPinned({ pins, sources, plans }: Pinned, elsewhere: FindWorkflow): FindWorkflow {
  const byHash = new Map(plans.map((plan) => [plan.hash, plan]));
  return async (namespace, name) => {
    const key = `${namespace}/${name}`;
    if (!Object.hasOwn(pins, key)) return elsewhere(namespace, name);
    const plan = byHash.get(pins[key] ?? '');
    const source = Object.hasOwn(sources, key) ? sources[key] : undefined;
    return plan && { plan, linked: plans, ...(source === undefined ? {} : { source }) };
  };
}
