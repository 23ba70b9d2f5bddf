/** All checks of one workflow, in one visible list. Each adds to the report; none depends on another having passed. */
import { type GraphEdge, taskGraph } from '../../engine/core/graph.ts';
import { type Dependency, dependenciesOf } from '../dependency.ts';
import { taskSites, workflowSites } from '../expression-site.ts';
import { siteReferences } from '../site-reference.ts';
import type { WorkflowContext } from '../workflow-context.ts';
import { checkActions } from './action.ts';
import { checkCycles } from './cycle.ts';
import { checkFanOuts } from './fan-out.ts';
import { checkJoins } from './join.ts';
import { checkNames } from './name.ts';
import { checkNeeds } from './need.ts';
import { checkPaths } from './path.ts';
import { checkReferences } from './reference.ts';
import { checkScripts } from './script.ts';
import { checkStaticTexts } from './static-text.ts';
import { checkSwitches } from './switch.ts';
import { checkTriggerRules } from './trigger-rule.ts';
import { checkValueSpecs } from './value-spec.ts';

const CHECKS: readonly ((context: WorkflowContext) => void)[] = [
  checkNames,
  checkValueSpecs,
  checkActions,
  checkScripts,
  checkStaticTexts,
  checkFanOuts,
  checkPaths,
  checkNeeds,
  checkSwitches,
  checkTriggerRules,
];

/** Runs all checks. Answers the dependencies of each task, by index. */
export function runChecks(context: WorkflowContext): Dependency[][] {
  const { document } = context;
  for (const check of CHECKS) check(context);
  for (const site of workflowSites(context)) checkReferences(context, siteReferences(document, site));
  const dependencies = context.tasks.map((task) => {
    const references = taskSites(task).flatMap((site) => siteReferences(document, site));
    checkReferences(context, references);
    return dependenciesOf(context, task, references);
  });
  const edges = dependencies.flatMap((list, to) =>
    list.map(({ edge }): GraphEdge => ({ from: edge.from, to })),
  );
  const graph = taskGraph(dependencies.length, edges);
  if (checkCycles(context, dependencies, graph)) checkJoins(context, dependencies, graph);
  return dependencies;
}
