/** Requests to runs, made of a server. */
import type { Json, JsonObject } from '../../../engine/core/json.ts';
import type { Answer } from '../../../engine/core/message.ts';
import type { ResetRequest } from '../../../engine/core/rerun/reset-plan.ts';
import { startRun, workflowPlan } from '../../../server/operations/runs.ts';
import {
  approveNode,
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
} from '../../../server/operations/steering.ts';
import type {
  PreparedRerun,
  RerunRequest,
  RunRequest,
  StartedRun,
  StartRequest,
  Steering,
} from '../steering.ts';
import type { ServerApi } from './api.ts';
import { placeOf } from './runs.ts';
import { sentWorkflow, uploadFolder } from './sent-workflow.ts';

export function serverSteering(api: ServerApi): Steering {
  return {
    ask: (request) => ask(api, request),
    previewRetry: async (run, request) =>
      api.read(previewRetryRun, { params: await placeOf(api, run), body: scopeOf(request) }),
    async previewMark(run, { node, as, outputs }) {
      const params = { ...(await placeOf(api, run)), node };
      return api.read(previewMarkNode, {
        params,
        body: { as, ...(outputs ? { outputs: plain(outputs) } : {}) },
      });
    },
    prepareRerun: (run, request) => prepareRerun(api, run, request),
    startable: (namespace, workflow) => api.read(workflowPlan, { params: { namespace, workflow } }),
    start: (request) => start(api, request),
  };
}

interface Taken {
  readonly run: string;
  /** Of a signal: the node that took it. */
  readonly node?: string | null;
}

type Asks = {
  readonly [Type in RunRequest['type']]: (
    api: ServerApi,
    place: { namespace: string; run: string },
    request: Extract<RunRequest, { type: Type }>,
  ) => Promise<Taken>;
};

/** One row a request; what it takes stands in the operation. */
const ASKS: Asks = {
  cancel: (api, params, { reason, graceMs }) =>
    api.read(cancelRun, { params, body: { ...given('reason', reason), grace_ms: graceMs } }),
  pause: (api, params, { reason }) => api.read(pauseRun, { params, body: given('reason', reason) }),
  resume: (api, params) => api.read(resumeRun, { params, body: {} }),
  retry: (api, params, request) => api.read(retryRun, { params, body: scopeOf(request) }),
  mark: (api, params, { node, as, outputs, reason, by }) =>
    api.read(markNode, {
      params: { ...params, node },
      body: {
        as,
        ...(outputs ? { outputs: plain(outputs) } : {}),
        ...given('reason', reason),
        ...given('by', by),
      },
    }),
  signal: (api, params, { name, payload, by }) =>
    api.read(signalRun, {
      params: { ...params, signal: name },
      // The command takes objects only.
      body: { payload: plain(payload as JsonObject), ...given('by', by) },
    }),
  approval: (api, params, { node, decision, form = {}, comment, by }) =>
    api.read(decision === 'approved' ? approveNode : rejectNode, {
      params: { ...params, node },
      body: { form: plain(form), ...given('comment', comment), ...given('by', by) },
    }),
};

async function ask(api: ServerApi, request: RunRequest): Promise<Answer & { ok: true }> {
  const place = await placeOf(api, request.run);
  // The row of its own type.
  const row = ASKS[request.type] as (
    api: ServerApi,
    place: { namespace: string; run: string },
    request: RunRequest,
  ) => Promise<Taken>;
  const { node = null } = await row(api, place, request);
  return { ok: true, node };
}

function scopeOf({ scope, nodes }: ResetRequest) {
  return { scope, ...(nodes === undefined ? {} : { nodes: [...nodes] }) };
}

function given<Name extends string>(name: Name, value: string | undefined): { [name in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [name in Name]?: string });
}

/** As the body takes it. */
function plain(values: { readonly [name: string]: Json }): { [name: string]: Json } {
  return { ...values };
}

async function prepareRerun(
  api: ServerApi,
  run: string,
  { definition, inputs, ...scope }: RerunRequest,
): Promise<PreparedRerun> {
  const params = await placeOf(api, run);
  const isFile = definition !== undefined && definition !== 'latest';
  const body = {
    ...scopeOf(scope),
    inputs: plain(inputs),
    ...(definition === 'latest' ? { latest: true } : {}),
    ...(isFile ? { definition: await sentWorkflow(definition) } : {}),
  };
  const { reset, kept, children } = await api.read(previewRerunRun, { params, body });
  return {
    preview: { reset, kept, children },
    plans: [],
    async start() {
      if (isFile) await uploadFolder(api, params.namespace, definition);
      return (await api.read(rerunRun, { params, body })).run;
    },
  };
}

async function start(
  api: ServerApi,
  { of, inputs, idempotencyKey, traceparent }: StartRequest,
): Promise<StartedRun> {
  const headers: { [name: string]: string } = {
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  if ('workflow' in of) {
    const { namespace, workflow } = of;
    const body = { workflow, inputs: plain(inputs) };
    const { run, created } = await api.read(startRun, { params: { namespace }, body, headers });
    return { run, created };
  }
  const { namespace, name: workflow } = of.plan;
  await uploadFolder(api, namespace, of);
  const body = { workflow, ...(await sentWorkflow(of)), inputs: plain(inputs) };
  const { run, created } = await api.read(startRun, { params: { namespace }, body, headers });
  return { run, created };
}
