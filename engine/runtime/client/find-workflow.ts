/** Where sub-workflows are found by name: what was applied, and else what was started last from a file. */
import type { Plan } from '../../core/plan.ts';
import type { SourceRef } from '../../core/ticket.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import type { Definitions } from '../definition/definitions.ts';
import type { FindWorkflow } from './pins.ts';

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
    // Both were written as JSON of these.
    const plan = JSON.parse(found.planJson) as Plan;
    const source = found.source === undefined ? {} : { source: JSON.parse(found.source) as SourceRef };
    return { plan, linked: [], ...source };
  };
}
