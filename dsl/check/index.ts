/** All checks of one workflow, in one visible list. Each adds to the report; none depends on another having passed. */
import { type GraphEdge, type TaskGraph, taskGraph, topologicalOrder } from '../../engine/core/graph.ts';
import { compensationEdges } from '../compensation.ts';
import { type Dependency, dependenciesOf } from '../dependency.ts';
import { type ExpressionSite, taskSites, workflowSites } from '../expression-site.ts';
import { type SiteReference, siteReferences } from '../site-reference.ts';
import type { WorkflowContext } from '../workflow-context.ts';
import { checkActions } from './action.ts';
import { checkChildren } from './child.ts';
import { checkCycles } from './cycle.ts';
import { checkFanOuts } from './fan-out.ts';
import { checkJoins } from './join.ts';
import { checkLimits } from './limit.ts';
import { checkBraces } from './missing-braces.ts';
import { checkNames } from './name.ts';
import { checkNeeds } from './need.ts';
import { checkOutputs, outputReferences } from './output.ts';
import { checkPaths } from './path.ts';
import { checkPhases } from './phase.ts';
import { checkReferences } from './reference.ts';
import { checkScripts } from './script.ts';
import { checkSecretNames } from './secret.ts';
import { skippableTasks } from './skippable.ts';
import { checkStaticTexts } from './static-text.ts';
import { checkSwitches } from './switch.ts';
import { checkTriggers } from './trigger.ts';
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
  checkPhases,
  checkChildren,
  checkLimits,
  checkTriggers,
  checkSecretNames,
];

/** Runs all checks. Answers the dependencies of each task, by index. */
export function runChecks(context: WorkflowContext): Dependency[][] {
  const { document } = context;
  for (const check of CHECKS) check(context);
  const read = (sites: readonly ExpressionSite[]): SiteReference[] => {
    checkBraces(context, sites);
    const references = sites.flatMap((site) => siteReferences(document, site));
    checkReferences(context, references);
    return references;
  };
  const outputs = outputReferences(read(workflowSites(context)));
  const dependencies = context.tasks.map((task) => {
    const references = read(taskSites(task));
    return dependenciesOf(context, task, references);
  });
  const edges = dependencies.flatMap((list, to) =>
    list.map(({ edge }): GraphEdge => ({ from: edge.from, to })),
  );
  const graph = taskGraph(dependencies.length, edges);
  if (checkCycles(context, dependencies, graph)) {
    checkSkips(context, dependencies, { graph, outputs });
    checkCompensations(context, dependencies);
  }
  return dependencies;
}

function checkCompensations(
  { document, tasks }: WorkflowContext,
  dependencies: readonly (readonly Dependency[])[],
): void {
  const first = tasks.find(({ undoes }) => undoes);
  if (!first || compensationEdges({ tasks }, dependencies)) return;
  const message =
    'The compensations wait for each other in too many ways: many tasks that can be undone stand on both sides of one that cannot.';
  const hint = 'Give the task between them a compensation, too; `uses: noop` will do.';
  document.error({ code: 'too_many_edges', path: first.path, onKey: true, message, hint });
}

interface Skips {
  /** Of the dependencies, without a cycle. */
  readonly graph: TaskGraph;
  readonly outputs: readonly SiteReference[];
}

/** What follows when tasks are skipped. Most workflows have none that may be. */
function checkSkips(
  context: WorkflowContext,
  dependencies: readonly (readonly Dependency[])[],
  { graph, outputs }: Skips,
): void {
  const hasConditions = context.tasks.some(({ source }) => source.if !== undefined || source.trigger_rule);
  const hasCases = dependencies.some((list) => list.some(({ edge }) => edge.case ?? edge.when));
  if (!hasConditions && !hasCases) return;
  const order = topologicalOrder(graph);
  checkJoins(context, dependencies, order);
  if (outputs.length > 0) checkOutputs(context, outputs, skippableTasks(context, dependencies, order));
}
