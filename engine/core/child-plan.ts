/** Which version of a sub-workflow a task runs, and with which files. Fixed when the parent was started. */
import type { Plan, PlanChild } from './plan.ts';
import type { RunHeader } from './run-header.ts';
import { derivedRunId } from './run-id.ts';
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

/** Id of the run that an attempt of a node starts: the same, however often it is asked for; another one for each attempt. */
export function childRunId(
  parent: string,
  {
    node,
    generation,
    attempt,
  }: { readonly node: number; readonly generation: number; readonly attempt: number },
): string {
  return derivedRunId('child', parent, String(node), String(generation), String(attempt));
}

/** Of the plans that came with a plan those that it runs as sub-workflows by their hashes, also indirectly. */
export function linkedPlans(plan: Plan, known: Iterable<Plan>): Plan[] {
  const byHash = new Map([...known].map((one) => [one.hash, one]));
  const found = new Set<Plan>();
  const open = [plan];
  for (const parent of open) {
    for (const { child } of parent.tasks) {
      const next = child?.hash === undefined ? undefined : byHash.get(child.hash);
      if (next === undefined || found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return [...found];
}

/** What a run may start: versions fixed by name, and all plans that it may need. */
export interface ChildVersions extends Pick<RunHeader, 'pins'> {
  readonly linked: Iterable<Plan>;
}

/** Names the versions of all that a task's sub-workflow runs, itself first: equal texts run the same. */
export function versionOfChild(child: PlanChild, { pins, linked }: ChildVersions): string {
  const byHash = new Map([...linked].map((one) => [one.hash, one]));
  const header = pins === undefined ? {} : { pins };
  const own = childPlanHash(header, child) ?? '';
  const hashes = new Set([own]);
  for (const hash of hashes) {
    const plan = byHash.get(hash);
    for (const next of plan ? childHashes(header, plan) : []) hashes.add(next);
  }
  hashes.delete(own);
  return [own, ...[...hashes].sort()].join(' ');
}
