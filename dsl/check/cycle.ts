/** Circles of dependencies, each shown as a path, with the expression where a reference closes it. */
import { findCycles, type TaskGraph } from '../../engine/core/graph.ts';
import type { Dependency } from '../dependency.ts';
import { shorten } from '../describe-value.ts';
import type { WorkflowContext } from '../workflow-context.ts';

/** Whether there are none. `graph` holds the dependencies. */
export function checkCycles(
  context: WorkflowContext,
  dependencies: readonly (readonly Dependency[])[],
  graph: TaskGraph,
): boolean {
  const cycles = findCycles(graph);
  for (const cycle of cycles) reportCycle(context, dependencies, cycle);
  return cycles.length === 0;
}

/** `cycle` runs in the direction of the work: each task needs the one before it. */
function reportCycle(
  context: WorkflowContext,
  dependencies: readonly (readonly Dependency[])[],
  cycle: readonly number[],
): void {
  const nameOf = (task: number) => context.tasks[task]?.id ?? '?';
  const steps = cycle.map((task, i) => {
    const from = cycle.at(i - 1) ?? task;
    return { task, from, dependency: dependencies[task]?.find(({ edge }) => edge.from === from) };
  });
  const shown = [...cycle, cycle[0] ?? 0].map(nameOf);
  const path =
    shown.length > 14 ? [...shown.slice(0, 8), `… ${shown.length - 13} more …`, ...shown.slice(-5)] : shown;
  const references = steps.filter(({ dependency }) => dependency?.expression !== undefined).slice(0, 5);
  const reasons = references.map(
    ({ task, dependency }) => ` \`${nameOf(task)}\` reads \${{ ${shorten(dependency?.expression ?? '')} }}.`,
  );
  const first = references[0]?.dependency ?? steps[0]?.dependency;
  if (!first) return;
  context.document.error({
    code: 'cycle',
    path: first.path,
    within: first.within,
    message: `Tasks wait for each other in a circle: ${path.join(' → ')}.${reasons.join('')}`,
    hint: references.length > 0 ? 'Remove one of these needs or references.' : 'Remove one of these needs.',
  });
}
