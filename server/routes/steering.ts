/** Cancelling, pausing, retrying, marking, approving …: one run, or all that a filter finds. */
import { isSluiceErrorCode, SluiceError } from '../../engine/core/errors.ts';
import type { Json, JsonObject } from '../../engine/core/json.ts';
import { isRunEnded, type RunStatus } from '../../engine/core/node-state.ts';
import type { ResetRequest } from '../../engine/core/rerun/reset-plan.ts';
import type { RunHeader } from '../../engine/core/run-header.ts';
import { previewMark, previewRetry } from '../../engine/runtime/client/doing-again.ts';
import { type NewDefinition, type PreparedRerun, prepareRerun } from '../../engine/runtime/client/rerun.ts';
import { getRun } from '../operations/runs.ts';
import {
  approveNode,
  bulkCancel,
  bulkRetry,
  cancelRun,
  markNode,
  pauseRun,
  previewMarkNode,
  previewRerunRun,
  previewRetryRun,
  rejectNode,
  rerunRun,
  resumeRun,
  retryRun,
  signalRun,
} from '../operations/steering.ts';
import type { ServerParts } from '../parts.ts';
import { fillPath } from '../path-pattern.ts';
import { route } from '../route.ts';
import { checkedInputs } from './checked-inputs.ts';
import { type SentFile, sentWorkflow } from './compiled.ts';
import { requireFolder } from './folders.ts';
import { findRun } from './found-run.ts';
import { findWorkflow, keyOf } from './runs.ts';

export const steeringRoutes = [
  route(cancelRun)(async ({ params, body = {}, by }, parts) => {
    await findRun(parts, params);
    await parts.client.cancel(params.run, { ...cancelOptions(body), ...said(by) });
    return takenBy(params.run);
  }),

  route(pauseRun)(async ({ params: { run, ...place }, body = {} }, parts) => {
    await findRun(parts, { run, ...place });
    const reason = body.reason === undefined ? {} : { reason: body.reason };
    await parts.client.request({ type: 'pause', run, ...reason });
    return takenBy(run);
  }),

  route(resumeRun)(async ({ params }, parts) => {
    await findRun(parts, params);
    await parts.client.request({ type: 'resume', run: params.run });
    return takenBy(params.run);
  }),

  route(retryRun)(async ({ params, body }, parts) => {
    await findRun(parts, params);
    const asked = scopeOf(body, 'failed');
    // Refused before it is sent, where it can be seen from here that it will be: with the reason of the preview.
    await previewRetry(parts.client, params.run, asked);
    await parts.client.request({ type: 'retry', run: params.run, ...asked });
    return takenBy(params.run);
  }),

  route(previewRetryRun)(async ({ params, body }, parts) => {
    await findRun(parts, params);
    return previewed(params.run, await previewRetry(parts.client, params.run, scopeOf(body, 'failed')));
  }),

  route(rerunRun)(async ({ params, body = {}, header }, parts) => {
    const former = await findRun(parts, params);
    const key = keyOf(header('idempotency-key'));
    const prepared = await prepare(parts, former, { ...body, key, isPreview: false });
    const run = await prepared.start();
    return {
      body: { format: 1, run, created: true },
      headers: { location: fillPath(getRun.path, { namespace: params.namespace, run }) },
    };
  }),

  route(previewRerunRun)(async ({ params, body = {} }, parts) => {
    const prepared = await prepare(parts, await findRun(parts, params), {
      ...body,
      key: undefined,
      isPreview: true,
    });
    return previewed(params.run, prepared.preview);
  }),

  route(markNode)(async ({ params: { run, node, ...place }, body, by }, parts) => {
    await findRun(parts, { run, ...place });
    const { as, outputs, reason, by: told } = body;
    const mark = { node, as, ...(outputs === undefined ? {} : { outputs }) };
    await previewMark(parts.client, run, mark);
    const why = reason === undefined ? {} : { reason };
    await parts.client.request({ type: 'mark', run, ...mark, ...why, ...said(by ?? told) });
    return takenBy(run);
  }),

  route(previewMarkNode)(async ({ params: { run, node, ...place }, body }, parts) => {
    await findRun(parts, { run, ...place });
    const { as, outputs } = body;
    const mark = { node, as, ...(outputs === undefined ? {} : { outputs }) };
    return previewed(run, await previewMark(parts.client, run, mark));
  }),

  route(approveNode)(async ({ params, body = {}, by }, parts) => {
    await decide(parts, 'approved', { ...params, ...body, by: by ?? body.by });
    return takenBy(params.run);
  }),

  route(rejectNode)(async ({ params, body = {}, by }, parts) => {
    await decide(parts, 'rejected', { ...params, ...body, by: by ?? body.by });
    return takenBy(params.run);
  }),

  route(signalRun)(async ({ params: { run, signal: name, ...place }, body = {}, by }, parts) => {
    await findRun(parts, { run, ...place });
    const { payload = {} } = body;
    const sender = said(by ?? body.by);
    const { node } = await parts.client.request({ type: 'signal', run, name, payload, ...sender });
    return { body: { format: 1, run, node: typeof node === 'string' ? node : null } };
  }),

  route(bulkCancel)(async ({ params, body, by }, parts) =>
    forAll(parts, { ...params, ...body, fits: 'live' }, (run) =>
      parts.client.cancel(run, { ...cancelOptions(body), ...said(by) }),
    ),
  ),

  route(bulkRetry)(async ({ params, body }, parts) => {
    const { scope = 'failed' } = body;
    return forAll(parts, { ...params, ...body, fits: 'ended' }, async (run) => {
      await previewRetry(parts.client, run, { scope });
      await parts.client.request({ type: 'retry', run, scope });
    });
  }),
];

function takenBy(run: string) {
  return { body: { format: 1 as const, run } };
}

function said(by: string | undefined): { readonly by?: string } {
  return by === undefined ? {} : { by };
}

function cancelOptions({
  reason,
  grace_ms: graceMs,
}: {
  readonly reason?: string | undefined;
  readonly grace_ms?: number | undefined;
}) {
  return { ...(reason === undefined ? {} : { reason }), ...(graceMs === undefined ? {} : { graceMs }) };
}

interface Scoped {
  readonly scope?: ResetRequest['scope'] | undefined;
  readonly nodes?: readonly string[] | undefined;
}

function scopeOf({ scope, nodes }: Scoped = {}, usual: ResetRequest['scope']): ResetRequest {
  return { scope: scope ?? usual, ...(nodes === undefined ? {} : { nodes }) };
}

function previewed(
  run: string,
  { reset, kept, children }: Pick<PreparedRerun['preview'], 'reset' | 'kept' | 'children'>,
) {
  return { body: { format: 1 as const, run, reset, kept, children } };
}

interface Rerunning extends Scoped {
  readonly inputs?: { readonly [name: string]: Json } | undefined;
  readonly latest?: boolean | undefined;
  readonly definition?: (Omit<SentFile, 'namespace'> & { readonly folder?: string | undefined }) | undefined;
  readonly key: string | undefined;
  /** Only looked at: then nothing of it need be there yet. */
  readonly isPreview: boolean;
}

/** Undefined: that of the former run. */
async function definitionOf(
  parts: ServerParts,
  { namespace, workflow }: RunHeader,
  { latest, definition, isPreview }: Rerunning,
): Promise<NewDefinition | undefined> {
  if (definition === undefined) return latest ? findWorkflow(parts, { namespace, workflow }) : undefined;
  const { folder, ...file } = definition;
  const sent = sentWorkflow(parts, { namespace, workflow, ...file });
  if (folder === undefined || isPreview) return sent;
  return { ...sent, source: await requireFolder(parts, folder) };
}

async function prepare(parts: ServerParts, former: RunHeader, asked: Rerunning): Promise<PreparedRerun> {
  const { id: run } = former;
  const definition = await definitionOf(parts, former, asked);
  const plan = definition?.plan ?? (await parts.client.load(run)).plan;
  // An input that the definition no longer has is left out.
  const kept = Object.entries(former.inputs).filter(
    ([name, value]) => Object.hasOwn(plan.inputs, name) && value !== null,
  );
  const given: JsonObject = { ...Object.fromEntries(kept), ...asked.inputs };
  return prepareRerun(parts.client, run, {
    ...scopeOf(asked, 'all'),
    inputs: checkedInputs(plan, given),
    ...(definition === undefined ? {} : { definition }),
    ...(asked.key === undefined ? {} : { idempotencyKey: asked.key }),
  });
}

interface Decision {
  readonly namespace: string;
  readonly run: string;
  readonly node: string;
  readonly form?: { readonly [name: string]: Json } | undefined;
  readonly comment?: string | undefined;
  readonly by?: string | undefined;
}

async function decide(parts: ServerParts, decision: 'approved' | 'rejected', made: Decision): Promise<void> {
  const { run, node, form = {}, comment, by } = made;
  await findRun(parts, made);
  const why = comment === undefined ? {} : { comment };
  await parts.client.request({ type: 'approval', run, node, decision, form, ...why, ...said(by) });
}

interface BulkTargets {
  readonly namespace: string;
  readonly filter: {
    readonly workflow?: string | undefined;
    readonly status?: RunStatus | undefined;
    readonly labels?: { readonly [name: string]: string } | undefined;
  };
  readonly limit?: number | undefined;
  readonly dry_run?: boolean | undefined;
  readonly fits: 'live' | 'ended';
}

/** Runs that are changed at once. */
const AT_ONCE = 16;

async function forAll(parts: ServerParts, targets: BulkTargets, act: (run: string) => Promise<void>) {
  const { runs, more } = await findTargets(parts, targets);
  const done: { run: string; ok: boolean; code?: string; detail?: string }[] = [];
  for (let at = 0; at < runs.length; at += AT_ONCE) {
    const piece = runs.slice(at, at + AT_ONCE);
    const work = targets.dry_run ? async () => {} : act;
    done.push(...(await Promise.all(piece.map((run) => attempt(run, work)))));
  }
  return { body: { format: 1 as const, runs: done, more } };
}

async function attempt(run: string, act: (run: string) => Promise<void>) {
  try {
    await act(run);
    return { run, ok: true };
  } catch (thrown) {
    if (!(thrown instanceof SluiceError) || !isSluiceErrorCode(thrown.code)) throw thrown;
    return { run, ok: false, code: thrown.code, detail: thrown.message };
  }
}

/** Lines of the list that are looked at in one request. */
const MAX_LOOKED_AT = 20_000;
const PAGE = 200;

async function findTargets(
  { index, client }: ServerParts,
  { namespace, filter, limit = 1_000, fits }: BulkTargets,
): Promise<{ readonly runs: readonly string[]; readonly more: boolean }> {
  const { workflow, status, labels = {} } = filter;
  const listed = {
    namespace,
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
  };
  const runs: string[] = [];
  let cursor: string | undefined;
  for (let looked = 0; looked < MAX_LOOKED_AT; looked += PAGE) {
    const page = await index.list(listed, PAGE, cursor);
    for (const { id, status: now } of page.runs) {
      if (isRunEnded(now) !== (fits === 'ended') || !(await hasLabels(client, id, labels))) continue;
      if (runs.length === limit) return { runs, more: true };
      runs.push(id);
    }
    if (page.next === undefined) return { runs, more: false };
    cursor = page.next;
  }
  return { runs, more: true };
}

async function hasLabels(
  client: ServerParts['client'],
  run: string,
  wanted: { readonly [name: string]: string },
): Promise<boolean> {
  const names = Object.keys(wanted);
  if (names.length === 0) return true;
  const { labels } = await client.header(run);
  return names.every((name) => Object.hasOwn(labels, name) && labels[name] === wanted[name]);
}
