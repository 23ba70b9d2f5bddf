/** Retries, reruns and marks as a client asks for them: looks first at what they would do, as the owner of the run will. */
import { SluiceError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Plan } from '../../core/plan.ts';
import { planRerun, type RerunPlan } from '../../core/rerun/rerun-plan.ts';
import {
  planMark,
  planRetry,
  type Refusal,
  type ResetPlan,
  type ResetRequest,
} from '../../core/rerun/reset-plan.ts';
import type { Standing } from '../../core/rerun/standing.ts';
import type { StoredRun } from '../../ports/shard-store.ts';
import type { Client, StartOptions } from './client.ts';
import { recordsOf } from './run-view.ts';

export interface MarkRequest {
  readonly node: string;
  readonly as: 'succeeded' | 'failed' | 'skipped';
  readonly outputs?: JsonObject;
}

/** The definition and the inputs of a new run: those of the former one, unless told. */
export interface NewRun {
  readonly plan?: Plan;
  readonly inputs?: JsonObject;
}

/** @throws SluiceError run_not_found, node_not_found, not_possible */
export async function previewRetry(client: Client, run: string, request: ResetRequest): Promise<ResetPlan> {
  const { stored, plan } = await client.load(run);
  return granted(run, planRetry(standingOf(stored, plan), request));
}

/** @throws SluiceError run_not_found, node_not_found, not_possible */
export async function previewMark(client: Client, run: string, mark: MarkRequest): Promise<ResetPlan> {
  const { stored, plan } = await client.load(run);
  const { node, as, outputs } = mark;
  return granted(run, planMark(standingOf(stored, plan), { node, as, hasOutputs: outputs !== undefined }));
}

/** @throws SluiceError run_not_found, node_not_found, not_possible */
export async function previewRerun(
  client: Client,
  run: string,
  request: ResetRequest & NewRun,
): Promise<RerunPlan> {
  const { stored, plan } = await client.load(run);
  const inputs = request.inputs ?? stored.header.inputs;
  return granted(
    run,
    planRerun(standingOf(stored, plan), { ...request, plan: request.plan ?? plan, inputs }),
  );
}

/** Starts a new run that takes over the tasks `reuse`. Answers its id. */
export async function startRerun(
  client: Client,
  run: string,
  request: NewRun & { readonly reuse: readonly string[]; readonly source?: StartOptions['source'] },
): Promise<string> {
  const { stored, plan: former } = await client.load(run);
  const { header } = stored;
  const { plan = former, inputs = header.inputs, reuse } = request;
  const source = request.source ?? header.source;
  const started = await client.start(plan, {
    inputs,
    labels: header.labels,
    trigger: { type: 'rerun', run_id: run },
    ...(source === undefined ? {} : { source }),
    ...(reuse.length > 0 ? { reuse: { run, tasks: reuse, plan: former } } : {}),
  });
  return started.run;
}

function standingOf(stored: StoredRun, plan: Plan): Standing & Pick<StoredRun, 'header'> {
  return { header: stored.header, plan, nodes: recordsOf(stored, plan) };
}

function granted<T extends object>(run: string, planned: T | Refusal): T {
  if (!isRefusal(planned)) return planned;
  throw new SluiceError(planned.code ?? 'not_possible', `run ${run}: ${planned.refused}`);
}

function isRefusal(planned: object): planned is Refusal {
  return 'refused' in planned;
}
