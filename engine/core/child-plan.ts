/** Which version of a sub-workflow a task runs, and with which files. Fixed when the parent was started. */
import type { Plan, PlanChild } from './plan.ts';
import type { RunHeader } from './run-header.ts';
import type { SourceRef } from './ticket.ts';

/** `namespace/workflow`, as `RunHeader.pins` names it. */
export function pinName({ namespace, workflow }: Pick<PlanChild, 'namespace' | 'workflow'>): string {
  return `${namespace}/${workflow}`;
}

/** Hash of the child's plan; undefined when no version was found at the start of the parent. */
export function childPlanHash({ pins }: Pick<RunHeader, 'pins'>, child: PlanChild): string | undefined {
  const name = pinName(child);
  return child.hash ?? (pins && Object.hasOwn(pins, name) ? pins[name] : undefined);
}

/** A child of the same folder shares the parent's files; one that was stored by name has its own. */
export function childSource(
  { source, sources }: Pick<RunHeader, 'source' | 'sources'>,
  child: PlanChild,
): SourceRef | undefined {
  const name = pinName(child);
  if (child.hash !== undefined || sources === undefined) return source;
  return Object.hasOwn(sources, name) ? sources[name] : undefined;
}

/** Hashes of the plans of all sub-workflows that the plan's tasks start, each once. */
export function childHashes(header: Pick<RunHeader, 'pins'>, { tasks }: Pick<Plan, 'tasks'>): string[] {
  const hashes = tasks.flatMap(({ child }) => (child ? (childPlanHash(header, child) ?? []) : []));
  return [...new Set(hashes)];
}
