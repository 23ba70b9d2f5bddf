/** What is sent of a run: its document for programs, and texts with their expressions resolved. */
import type { Scope } from '../../expression/index.ts';
import { resolveTemplate } from '../../expression/index.ts';
import type { Json, JsonObject } from '../../json.ts';
import { preparing } from '../../prepare.ts';
import type { RunHeader } from '../../run-header.ts';

/** Outputs larger than this are not sent (bytes of JSON); who needs them reads them from the run. */
const MAX_OUTPUTS = 32 * 1_024;

export function runData(header: RunHeader, withOutputs: boolean): JsonObject {
  const {
    id,
    namespace,
    workflow,
    status,
    retries = 0,
    trigger,
    error,
    createdAt,
    startedAt,
    finishedAt,
  } = header;
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  const outputs = header.largeOutputs ? null : (header.outputs ?? {});
  const isSmall = JSON.stringify(outputs).length <= MAX_OUTPUTS;
  return {
    run: id,
    namespace,
    workflow,
    status,
    attempt: retries + 1,
    trigger: trigger.type,
    error: error ? { code: error.code, message: error.message, task: error.task ?? null } : null,
    created_at: iso(createdAt),
    started_at: iso(startedAt),
    finished_at: iso(finishedAt),
    ...(withOutputs ? { outputs: isSmall ? outputs : null } : {}),
  };
}

export function textOf(
  template: Json,
  scope: Scope | undefined,
): { readonly text: string; readonly error?: string } {
  if (scope === undefined) return { text: String(template) };
  const resolved = preparing(() => resolveTemplate(template, scope));
  if ('error' in resolved)
    return { text: String(template), error: `(its text cannot be resolved: ${resolved.error.message})` };
  const { value } = resolved;
  return { text: typeof value === 'string' ? value : JSON.stringify(value) };
}
