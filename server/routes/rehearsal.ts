/** What a workflow would do: its mistakes, its plan, its tests. */
import { forecastRun } from '../../engine/core/forecast/index.ts';
import type { Plan, PlanTask } from '../../engine/core/plan.ts';
import { planGraphOf } from '../../engine/runtime/client/plan-graph.ts';
import { learnFromRuns } from '../../engine/runtime/client/run-history.ts';
import { planWorkflow, testWorkflows, validateWorkflows } from '../operations/rehearsal.ts';
import type { ServerParts } from '../parts.ts';
import { route } from '../route.ts';
import { checkedInputs } from './checked-inputs.ts';
import { compileSent, isClean, type SentFile, sentWorkflow } from './compiled.ts';
import { findWorkflow } from './runs.ts';

export const rehearsalRoutes = [
  route(validateWorkflows)(({ params: { namespace }, body }, parts) => {
    const { plans, diagnostics } = compileSent(parts, { namespace, ...body });
    const workflows = plans.map((plan) => ({
      namespace: plan.namespace,
      name: plan.name,
      version: plan.hash,
      tasks: plan.tasks.map(({ id }) => id),
      inputs: plan.inputs,
      graph: planGraphOf(plan),
    }));
    return { body: { format: 1, valid: isClean(diagnostics), workflows, diagnostics } };
  }),

  route(testWorkflows)(async ({ params: { namespace }, body }, parts) => {
    const { tests, ...sent } = body;
    const compiled = compileSent(parts, { namespace, ...sent });
    const file = { path: body.file ?? 'workflow.yaml', text: body.source };
    return { body: { format: 1, ...(await parts.test({ file, compiled, tests })) } };
  }),

  route(planWorkflow)(async ({ params: { namespace }, body }, parts) => {
    const { plan, linked } = await planOf(parts, { namespace, ...body });
    const inputs = checkedInputs(plan, body.inputs ?? {});
    const known = new Map(linked.map((one) => [one.hash, one]));
    const forecast = forecastRun({
      plan,
      inputs,
      now: await parts.store.now(),
      learned: await learnFromRuns(parts, plan),
      childOf: (task: PlanTask) => (task.child?.hash === undefined ? undefined : known.get(task.child.hash)),
    });
    return { body: { ...forecast, inputs } };
  }),
];

interface Planned extends Omit<SentFile, 'source'> {
  readonly source?: string | undefined;
  readonly workflow?: string | undefined;
  readonly version?: number | undefined;
}

async function planOf(
  parts: ServerParts,
  { namespace, workflow = '', version, source, ...beside }: Planned,
): Promise<{ readonly plan: Plan; readonly linked: readonly Plan[] }> {
  if (source === undefined) return findWorkflow(parts, { namespace, workflow, version });
  // Another namespace would teach what it has run.
  return sentWorkflow(parts, { namespace, source, ...beside, workflow: workflow || undefined });
}
