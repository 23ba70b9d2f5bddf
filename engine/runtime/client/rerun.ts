/**
 * Reruns as a client asks for them. One look settles all: which tasks run again, with which versions of their sub-workflows.
 * What is started then is what was shown, whatever is applied in between.
 */
import { childHashes } from '../../core/child-plan.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Plan } from '../../core/plan.ts';
import { planRerun, type RerunPlan } from '../../core/rerun/rerun-plan.ts';
import type { ResetRequest } from '../../core/rerun/reset-plan.ts';
import type { RunHeader } from '../../core/run-header.ts';
import { type ChildFate, childFates } from './child-fates.ts';
import type { Client } from './client.ts';
import { granted, standingOf } from './doing-again.ts';
import { findPinned } from './find-workflow.ts';
import { type Pinned, pinsOf } from './pins.ts';
import type { StartOptions } from './start-run.ts';

/** Another definition than that of the former run. */
export interface NewDefinition {
  readonly plan: Plan;
  /** Plans of sub-workflows that came with it. */
  readonly linked: readonly Plan[];
  /** Its files. */
  readonly source?: StartOptions['source'];
}

export interface RerunRequest extends ResetRequest {
  /** Default: the definition of the former run, with the versions of its sub-workflows. */
  readonly definition?: NewDefinition;
  /** All of them. Default: those of the former run. */
  readonly inputs?: JsonObject;
  /** The same key starts the same run once. */
  readonly idempotencyKey?: string;
}

export interface PreparedRerun {
  readonly preview: RerunPlan & { readonly children: readonly ChildFate[] };
  /** Plans of all sub-workflows that the new run may start. */
  readonly linked: readonly Plan[];
  /** Starts the new run, which labels and trigger of the former one go with. Answers its id. */
  start(): Promise<string>;
}

/** @throws SluiceError run_not_found, node_not_found, not_possible, workflow_not_found (a sub-workflow) */
export async function prepareRerun(
  client: Client,
  run: string,
  request: RerunRequest,
): Promise<PreparedRerun> {
  const { stored, plan: former } = await client.load(run);
  const { header } = stored;
  const fixed = await pinnedOf(client, header, former);
  const definition = request.definition ?? { plan: former, linked: fixed.plans };
  const find = request.definition ? client.findWorkflow : findPinned(fixed, client.findWorkflow);
  const pinned = await pinsOf(definition.plan, definition.linked, find);
  const inputs = request.inputs ?? header.inputs;
  const { plan } = definition;
  const asked = { ...request, plan, inputs, pins: pinned.pins, linked: pinned.plans };
  const standing = { ...standingOf(stored, former), linked: fixed.plans };
  const planned = granted(run, planRerun(standing, asked));
  const reused = new Set(planned.reuse);
  const children = await childFates(client, run, ({ task }) => !reused.has(former.tasks[task]?.id ?? ''));
  const { reuse } = planned;
  const source = definition.source ?? header.source;
  return {
    preview: { ...planned, children },
    linked: pinned.plans,
    async start() {
      const started = await client.start(plan, {
        inputs,
        labels: header.labels,
        trigger: { ...header.trigger, type: 'rerun', rerun_of: run },
        linked: pinned.plans,
        findWorkflow: findPinned(pinned, client.findWorkflow),
        ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
        ...(source === undefined ? {} : { source }),
        ...(reuse.length > 0
          ? { reuse: { run, tasks: reuse, attempt: (header.retries ?? 0) + 1, plan: former } }
          : {}),
      });
      return started.run;
    },
  };
}

/** The versions of sub-workflows that were fixed when the run was started. Plans that are not there any more are left out. */
async function pinnedOf(client: Client, header: RunHeader, plan: Plan): Promise<Pinned> {
  const { pins = {}, sources = {} } = header;
  const plans = new Map<string, Plan>();
  const open = new Set([...childHashes(header, plan), ...Object.values(pins)]);
  for (const hash of open) {
    const found = await client.readPlan(header.id, hash);
    if (!found) continue;
    plans.set(hash, found);
    for (const next of childHashes(header, found)) open.add(next);
  }
  return { pins, sources, plans: [...plans.values()] };
}

/** The plan of a run and those of all sub-workflows that it may start. @throws SluiceError run_not_found */
export async function plansOf(client: Client, run: string): Promise<Plan[]> {
  const { stored, plan } = await client.load(run);
  return [plan, ...(await pinnedOf(client, stored.header, plan)).plans];
}
