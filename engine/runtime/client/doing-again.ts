/** Retries and marks as a client asks for them: looks first at what they would do, as the owner of the run will. Reruns: rerun.ts. */
import { SluiceError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Plan } from '../../core/plan.ts';
import {
  planMark,
  planRetry,
  type Refusal,
  type ResetPlan,
  type ResetRequest,
} from '../../core/rerun/reset-plan.ts';
import type { Standing } from '../../core/rerun/standing.ts';
import type { StoredRun } from '../../ports/shard-store.ts';
import { type ChildFate, childFates } from './child-fates.ts';
import type { Client } from './client.ts';
import { recordsOf } from './run-view.ts';

export interface MarkRequest {
  readonly node: string;
  readonly as: 'succeeded' | 'failed' | 'skipped';
  readonly outputs?: JsonObject;
}

export interface ResetPreview extends ResetPlan {
  readonly children: readonly ChildFate[];
}

/** @throws SluiceError run_not_found, node_not_found, not_possible */
export async function previewRetry(
  client: Client,
  run: string,
  request: ResetRequest,
): Promise<ResetPreview> {
  const { stored, plan } = await client.load(run);
  return withChildren(client, run, granted(run, planRetry(standingOf(stored, plan), request)));
}

/** @throws SluiceError run_not_found, node_not_found, not_possible */
export async function previewMark(client: Client, run: string, mark: MarkRequest): Promise<ResetPreview> {
  const { stored, plan } = await client.load(run);
  const { node, as, outputs } = mark;
  const planned = planMark(standingOf(stored, plan), { node, as, hasOutputs: outputs !== undefined });
  return withChildren(client, run, granted(run, planned));
}

async function withChildren(client: Client, run: string, planned: ResetPlan): Promise<ResetPreview> {
  const { tasks, partial, nodes } = planned.work;
  const children = await childFates(client, run, ({ task, state }, index) => {
    if (tasks.includes(task) || nodes.includes(index)) return true;
    return partial.includes(task) && state !== 'succeeded' && state !== 'skipped';
  });
  return { ...planned, children };
}

export function standingOf(stored: StoredRun, plan: Plan): Standing & Pick<StoredRun, 'header'> {
  return { header: stored.header, plan, nodes: recordsOf(stored, plan) };
}

/** @throws SluiceError when it was refused */
export function granted<T extends object>(run: string, planned: T | Refusal): T {
  if (!isRefusal(planned)) return planned;
  throw new SluiceError(planned.code ?? 'not_possible', `run ${run}: ${planned.refused}`);
}

function isRefusal(planned: object): planned is Refusal {
  return 'refused' in planned;
}
