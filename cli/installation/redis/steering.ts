/** Requests to runs, sent to their owners by way of Redis. */
import { SluiceError } from '../../../engine/core/errors.ts';
import type { CancelMessage } from '../../../engine/core/message.ts';
import type { SourceRef } from '../../../engine/core/ticket.ts';
import { previewMark, previewRetry } from '../../../engine/runtime/client/doing-again.ts';
import { saveStarted } from '../../../engine/runtime/client/find-workflow.ts';
import type { FoundWorkflow } from '../../../engine/runtime/client/pins.ts';
import { type NewDefinition, prepareRerun } from '../../../engine/runtime/client/rerun.ts';
import { bundleHolder, storeBundle } from '../../../engine/runtime/source/source-bundle.ts';
import type { Engine } from '../../compose/engine.ts';
import { userName } from '../../user-name.ts';
import type { RerunRequest, StartedRun, StartRequest, Steering } from '../steering.ts';
import type { WorkflowSource } from '../workflow-source.ts';

export function redisSteering(engine: Engine): Steering {
  const { client } = engine;
  return {
    ask: (request, waitMs) => client.request(request.type === 'cancel' ? saidBy(request) : request, waitMs),
    previewRetry: (run, request) => previewRetry(client, run, request),
    previewMark: (run, mark) => previewMark(client, run, mark),
    async prepareRerun(run, { definition, ...request }) {
      const wanted = await definitionOf(engine, run, definition);
      const prepared = await prepareRerun(client, run, {
        ...request,
        ...(wanted ? { definition: wanted } : {}),
      });
      const plan = wanted?.plan ?? (await client.load(run)).plan;
      return { preview: prepared.preview, plans: [plan, ...prepared.linked], start: () => prepared.start() };
    },
    startable: async (namespace, workflow) => (await findWorkflow(engine, namespace, workflow)).plan,
    start: (request) => start(engine, request),
  };
}

/** Whoever reads of it later wants to know who it was. A server says so by itself. */
function saidBy(request: CancelMessage): CancelMessage {
  const by = request.by ?? userName();
  return by === undefined ? request : { ...request, by };
}

/** Undefined: that of the former run, with the versions of its sub-workflows. */
async function definitionOf(
  engine: Engine,
  run: string,
  wanted: RerunRequest['definition'],
): Promise<NewDefinition | undefined> {
  if (wanted === undefined) return undefined;
  if (wanted !== 'latest') {
    const { plan, linked } = wanted;
    return { plan, linked, source: (id) => storeFolder(engine, wanted, id) };
  }
  const { namespace, workflow } = await engine.client.header(run);
  return findWorkflow(engine, namespace, workflow);
}

/** On a private Redis all workers are on this machine and can use the folder itself. */
async function storeFolder(
  { isEmbedded, artifacts }: Engine,
  { folder, pack }: WorkflowSource,
  run: string,
): Promise<SourceRef> {
  if (isEmbedded) return { directory: folder };
  return storeBundle(artifacts, run, await pack());
}

async function start(
  engine: Engine,
  { of, inputs, idempotencyKey, traceparent }: StartRequest,
): Promise<StartedRun> {
  const asked = {
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const plain = 'workflow' in of ? { namespace: of.namespace, name: of.workflow } : of.plan;
  // What changes nothing needs no files, and no record of a change.
  const before =
    idempotencyKey === undefined ? undefined : await engine.client.findKeyed(plain, idempotencyKey, inputs);
  if (before !== undefined) return { run: before, created: false };
  if ('workflow' in of) {
    const { plan, linked, source } = await findWorkflow(engine, of.namespace, of.workflow);
    const files = source === undefined ? {} : { source };
    return engine.client.start(plan, { inputs, linked, ...files, ...asked });
  }
  const { plan, linked } = of;
  const bundle = await of.pack();
  let source: SourceRef | undefined;
  const started = await engine.client.start(plan, {
    inputs,
    linked,
    ...asked,
    source: async () => {
      source = await storeBundle(engine.artifacts, bundleHolder(bundle.hash), bundle);
      return source;
    },
  });
  await saveStarted(engine.index, { plan, linked, ...(source === undefined ? {} : { source }) });
  return started;
}

async function findWorkflow(engine: Engine, namespace: string, name: string): Promise<FoundWorkflow> {
  const found = await engine.client.findWorkflow(namespace, name);
  if (found) return found;
  throw new SluiceError(
    'workflow_not_found',
    `No workflow "${name}" was applied or started in the namespace "${namespace}" of this Redis, and there is no such file. ` +
      'Apply it (`sluice apply workflow.yaml`), or start it once from its file (`sluice start workflow.yaml`).',
  );
}
