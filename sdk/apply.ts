/** Stores definitions, as `sluice apply` does. */
import { randomUUID } from 'node:crypto';
import { linkedPlans } from '../engine/core/child-plan.ts';
import { type Applied, Definitions } from '../engine/runtime/definition/definitions.ts';
import { bundleHolder, packSource, storeBundle } from '../engine/runtime/source/source-bundle.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Workflow } from './workflow.ts';

/** How long an orchestrator may take to set the schedules, ms. */
const WAIT_MS = 5_000;

export async function applyWorkflow(
  parts: EngineParts,
  { plan, linked = [], folder }: Workflow<unknown, unknown>,
): Promise<Applied> {
  const { definitions, store, shards, artifacts } = parts;
  const all = new Definitions({ definitions, store, shards, waitMs: WAIT_MS, newRequestId: randomUUID });
  const bundle = folder === undefined ? undefined : await packSource(folder);
  // A bundle, also where workers could use the folder: a version keeps the files that it was applied with.
  const source = bundle && (await storeBundle(artifacts, bundleHolder(bundle.hash), bundle));
  return all.apply({ plan, linked: linkedPlans(plan, linked), ...(source ? { source } : {}) });
}
