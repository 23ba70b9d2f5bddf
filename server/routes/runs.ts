/** Starting, listing and getting runs. */
import { SluiceError } from '../../engine/core/errors.ts';
import type { Json } from '../../engine/core/json.ts';
import { isRunEnded } from '../../engine/core/node-state.ts';
import { saveStarted } from '../../engine/runtime/client/find-workflow.ts';
import type { FoundWorkflow } from '../../engine/runtime/client/pins.ts';
import { diffRuns } from '../../engine/runtime/client/run-diff.ts';
import { compareRuns, getRun, listRuns, runPlan, startRun, workflowPlan } from '../operations/runs.ts';
import type { ServerParts } from '../parts.ts';
import { fillPath } from '../path-pattern.ts';
import { RequestFailure } from '../problem.ts';
import { route } from '../route.ts';
import { lineOf } from '../run-line.ts';
import { checkedInputs } from './checked-inputs.ts';
import { type SentWorkflow, sentWorkflow } from './compiled.ts';
import { requireFolder } from './folders.ts';
import { findRun, type NamedRun } from './found-run.ts';
import { nextLink } from './page-link.ts';
import { filterOf } from './run-filter.ts';

export const runRoutes = [
  route(listRuns)(async ({ params, query, url }, { index }) => {
    const { limit, cursor, ...wanted } = query;
    const filter = { namespace: params.namespace, ...filterOf(wanted) };
    const { runs, next = null } = await index.list(filter, limit, cursor);
    return { body: { format: 1, runs: runs.map(lineOf), next }, headers: nextLink(url, 'cursor', next) };
  }),

  route(startRun)(async ({ params: { namespace }, query, body, header, signal }, parts) => {
    const key = keyOf(header('idempotency-key'));
    const { version, inputs = {}, labels = {} } = body;
    const asked: Json = { inputs, labels, version: version ?? null };
    const { source } = body;
    const sent = source === undefined ? undefined : sentWorkflow(parts, { ...body, namespace, source });
    const name = sent?.plan.name ?? body.workflow ?? '';
    const before =
      key === undefined ? undefined : await parts.client.findKeyed({ namespace, name }, key, asked);
    const { run, created } =
      before === undefined
        ? await start(parts, await startable(parts, { ...body, namespace, sent }), {
            inputs,
            labels,
            key,
            asked,
            traceparent: header('traceparent'),
          })
        : { run: before, created: false };
    const head = query.wait === undefined ? undefined : await headAtEnd(parts, run, query.wait, signal);
    return {
      body: { format: 1, run, created, ...(head === undefined ? {} : { head }) },
      headers: {
        location: fillPath(getRun.path, { namespace, run }),
        ...(created ? {} : { 'idempotency-replayed': 'true' }),
      },
    };
  }),

  route(getRun)(async ({ params, query, signal }, parts) => {
    const header = await findRun(parts, params);
    if (query.wait !== undefined) return { body: await headAtEnd(parts, params.run, query.wait, signal) };
    return { body: await parts.views.head(header) };
  }),

  route(runPlan)(async ({ params }, parts) => {
    await findRun(parts, params);
    const { plan } = await parts.client.load(params.run);
    return { body: plan };
  }),

  route(workflowPlan)(async ({ params, query: { version } }, parts) => {
    const { plan } = await findWorkflow(parts, { ...params, version });
    return { body: plan };
  }),

  route(compareRuns)(async ({ params, query }, parts) => {
    const other = { namespace: params.namespace, run: query.with };
    const [a, b] = await Promise.all([compared(parts, params), compared(parts, other)]);
    return { body: { ...diffRuns(a, b) } };
  }),
];

/** @throws RequestFailure */
export function keyOf(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  const detail = 'must have 1 to 200 visible ASCII characters, without spaces';
  throw new RequestFailure('invalid_request', `The Idempotency-Key ${detail}.`, {
    errors: [{ pointer: '/header/idempotency-key', detail }],
  });
}

/** A file that came with the request; undefined: an applied workflow is named. */
interface ToStart {
  readonly namespace: string;
  readonly workflow?: string | undefined;
  readonly version?: number | undefined;
  readonly folder?: string | undefined;
  readonly sent: SentWorkflow | undefined;
}

/** What is to be started; one that came with the request can be started by its name from now on. */
async function startable(
  parts: ServerParts,
  { sent, folder, namespace, workflow = '', version }: ToStart,
): Promise<FoundWorkflow> {
  if (sent === undefined) return findWorkflow(parts, { namespace, workflow, version });
  const found = folder === undefined ? sent : { ...sent, source: await requireFolder(parts, folder) };
  await saveStarted(parts.index, found);
  return found;
}

interface Starting {
  readonly inputs: { readonly [name: string]: Json };
  readonly labels: { readonly [name: string]: string };
  readonly key: string | undefined;
  readonly asked: Json;
  readonly traceparent: string | undefined;
}

async function start(
  parts: ServerParts,
  { plan, linked, source }: FoundWorkflow,
  { inputs, labels, key, asked, traceparent }: Starting,
) {
  return parts.client.start(plan, {
    inputs: checkedInputs(plan, inputs),
    labels,
    linked,
    asked,
    trigger: { type: 'api' },
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(source === undefined ? {} : { source }),
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

export interface NamedWorkflow {
  readonly namespace: string;
  readonly workflow: string;
  /** Of an applied one. */
  readonly version?: number | undefined;
}

/** @throws SluiceError workflow_not_found, version_not_found */
export async function findWorkflow(
  { client, definitions }: ServerParts,
  { namespace, workflow, version }: NamedWorkflow,
): Promise<FoundWorkflow> {
  const found = await (version === undefined
    ? client.findWorkflow(namespace, workflow)
    : definitions.find(namespace, workflow, version).then(
        (applied) =>
          applied && {
            plan: applied.plan,
            linked: applied.linked,
            ...(applied.version.source === undefined ? {} : { source: applied.version.source }),
          },
      ));
  if (found) return found;
  throw new SluiceError(
    'workflow_not_found',
    `The namespace ${namespace} has no workflow ${workflow}; apply it first.`,
  );
}

async function headAtEnd(parts: ServerParts, run: string, waitMs: number, signal: AbortSignal) {
  const header = await parts.client.header(run);
  if (!isRunEnded(header.status))
    await parts.live.untilEnded(header, AbortSignal.any([signal, AbortSignal.timeout(waitMs)]));
  return parts.views.head(await parts.client.header(run));
}

async function compared(parts: ServerParts, named: NamedRun) {
  await findRun(parts, named);
  const [view, { plan }] = await Promise.all([parts.client.show(named.run), parts.client.load(named.run)]);
  return { view, plan };
}
