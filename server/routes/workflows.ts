/** Applying workflows, and looking at those that are applied. */
import { linkedPlans } from '../../engine/core/child-plan.ts';
import { SluiceError } from '../../engine/core/errors.ts';
import type { PlanTrigger } from '../../engine/core/plan.ts';
import type { DefinitionLine } from '../../engine/ports/definition-store.ts';
import { planGraphOf } from '../../engine/runtime/client/plan-graph.ts';
import { folderOf, keepText, readText, textRefOf } from '../../engine/runtime/source/workflow-text.ts';
import {
  applyWorkflow,
  drawWorkflow,
  getVersion,
  getWorkflow,
  listWorkflows,
  removeWorkflow,
  rollbackWorkflow,
  workflowGraph,
} from '../operations/workflows.ts';
import type { ServerParts } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { route } from '../route.ts';
import { lineOf } from '../run-line.ts';
import { versionLineOf, workflowLineOf } from '../workflow-line.ts';
import { chosen, compileSent, requireClean, requireSchedulable } from './compiled.ts';
import { folderRef, requireFolder } from './folders.ts';
import { nextLink } from './page-link.ts';
import { findWorkflow } from './runs.ts';

export const workflowRoutes = [
  route(listWorkflows)(async ({ params, query, url }, parts) => {
    const { limit, cursor, search, recent = 0 } = query;
    const all = (await parts.definitions.list()).filter(
      (line) => line.namespace === params.namespace && isFound(line, search),
    );
    const rest = cursor === undefined ? all : all.filter(({ name }) => name > cursor);
    const lines = rest.slice(0, limit);
    const next = rest.length > limit ? (lines.at(-1)?.name ?? null) : null;
    return {
      body: {
        format: 1,
        workflows: await Promise.all(
          lines.map(async (line) => ({
            ...workflowLineOf(line),
            ...(recent === 0 ? {} : { recent: await newestRuns(parts, line, recent) }),
          })),
        ),
        next,
      },
      headers: nextLink(url, 'cursor', next),
    };
  }),

  route(getWorkflow)(async ({ params: { namespace, workflow }, header }, { definitions }) => {
    const { revision, current, versions, name } = await definitions.history(namespace, workflow);
    const etag = `"${revision}"`;
    if (header('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } });
    const plan = (await definitions.find(namespace, workflow))?.plan;
    return {
      body: {
        format: 1,
        namespace,
        name,
        revision,
        version: current,
        description: plan?.description ?? null,
        inputs: plan?.inputs ?? {},
        triggers: (plan?.triggers ?? []).map(triggerOf),
        versions: versions.map(versionLineOf).reverse(),
      },
      headers: { etag },
    };
  }),

  route(getVersion)(async ({ params: { namespace, workflow, version } }, parts) => {
    const found = await parts.definitions.find(namespace, workflow, version);
    if (!found) throw notFound(namespace, workflow);
    const { plan } = found;
    const source = await readText(parts.artifacts, found.version);
    const folder = await folderOf(parts.artifacts, found.version);
    return {
      body: {
        format: 1,
        ...versionLineOf(found.version),
        inputs: plan.inputs,
        tasks: plan.tasks.map(({ id }) => id),
        has_folder: folder !== undefined,
        source,
      },
    };
  }),

  route(applyWorkflow)(async ({ params, query, body, header }, parts) => {
    const { source, folder: uploaded, folder_of: from, ...beside } = body;
    const sent = { namespace: params.namespace, source, ...beside };
    const { plans, linked, diagnostics } = compileSent(parts, sent);
    requireClean(diagnostics);
    const plan = chosen(plans, params);
    requireSchedulable(plan);
    const expected = expectedRevision(header('if-match'), header('if-none-match'));
    const draft = { plan, linked: linkedPlans(plan, [...linked, ...plans]) };
    const { namespace, workflow } = params;
    const base = from === undefined ? undefined : await parts.definitions.find(namespace, workflow, from);
    const folder =
      uploaded === undefined
        ? base && (await folderOf(parts.artifacts, base.version))
        : query.dry_run
          ? folderRef(uploaded)
          : await requireFolder(parts, uploaded);
    const text = query.dry_run ? textRefOf(source) : await keepText(parts.artifacts, source);
    const applied = query.dry_run
      ? await parts.definitions.preview({ ...draft, source: folder ?? text })
      : await parts.definitions.apply({
          ...draft,
          source: folder ?? text,
          text,
          ...(expected === undefined ? {} : { expected }),
        });
    const { revision } = query.dry_run
      ? { revision: undefined }
      : await parts.definitions.history(params.namespace, params.workflow);
    return {
      body: { format: 1, ...applied, diagnostics },
      headers: revision === undefined ? {} : { etag: `"${revision}"` },
    };
  }),

  route(removeWorkflow)(async ({ params: { namespace, workflow } }, { definitions }) => {
    await definitions.remove(namespace, workflow);
    return { body: undefined };
  }),

  route(rollbackWorkflow)(async ({ params: { namespace, workflow }, body }, { definitions }) => {
    const { current, name } = await definitions.rollback(namespace, workflow, body.version);
    return { body: { format: 1, namespace, name, version: current } };
  }),

  route(workflowGraph)(async ({ params, query: { version } }, parts) => {
    const { plan } = await findWorkflow(parts, { ...params, version });
    return { body: planGraphOf(plan) };
  }),

  route(drawWorkflow)(async ({ params, query: { version } }, parts) => {
    const { plan } = await findWorkflow(parts, { ...params, version });
    const isSvg = params.drawing === 'svg';
    return new Response(await parts.draw(plan, params.drawing), {
      headers: {
        'content-type': isSvg ? 'image/svg+xml; charset=utf-8' : 'text/plain; charset=utf-8',
        ...(isSvg ? { 'content-disposition': 'attachment; filename="graph.svg"' } : {}),
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      },
    });
  }),
];

function expectedRevision(ifMatch: string | undefined, ifNoneMatch: string | undefined): number | undefined {
  if (ifNoneMatch === '*') return 0;
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const [, revision] = /^"(\d{1,15})"$/.exec(ifMatch.trim()) ?? [];
  if (revision !== undefined) return Number(revision);
  const detail = 'must be one ETag, as a workflow has it';
  throw new RequestFailure('invalid_request', `If-Match ${detail}.`, {
    errors: [{ pointer: '/header/if-match', detail }],
  });
}

function notFound(namespace: string, workflow: string): SluiceError {
  return new SluiceError('workflow_not_found', `The namespace ${namespace} has no workflow ${workflow}.`);
}

function isFound({ name, description = '' }: DefinitionLine, search = ''): boolean {
  return `${name}\n${description}`.toLowerCase().includes(search.toLowerCase());
}

async function newestRuns(
  { index }: Pick<ServerParts, 'index'>,
  { namespace, name }: DefinitionLine,
  count: number,
) {
  return (await index.list({ namespace, workflow: name }, count)).runs.map(lineOf);
}

/** Its inputs are templates of the engine's own. */
function triggerOf({ inputs: _inputs, ...trigger }: PlanTrigger) {
  return { ...trigger };
}
