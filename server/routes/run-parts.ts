/** Nodes, history, graph, logs, artifacts and explanations of a run. */
import { SluiceError } from '../../engine/core/errors.ts';
import { type EventRecord, unpackEvents } from '../../engine/core/event.ts';
import type { LogLine } from '../../engine/ports/log-store.ts';
import { createExplainer, type Explainer } from '../../engine/runtime/client/explainer.ts';
import { fetchKept, findKept, keptIn, plainFileName } from '../../engine/runtime/client/kept-artifacts.ts';
import { runGraphOf } from '../../engine/runtime/client/run-graph.ts';
import { type NodeView, nodeName, recordsOf, viewEvent } from '../../engine/runtime/client/run-view.ts';
import { isAttemptOver } from '../live/log-source.ts';
import {
  explainNode,
  explainRun,
  followLog,
  getArtifact,
  listArtifacts,
  readLogs,
} from '../operations/run-parts.ts';
import { getNode, listEvents, listNodes, runGraph } from '../operations/runs.ts';
import type { ServerParts } from '../parts.ts';
import { route } from '../route.ts';
import { findRun, type NamedRun } from './found-run.ts';
import { lastIdOf } from './last-event.ts';
import { nextLink } from './page-link.ts';

export const runPartRoutes = [
  route(listNodes)(async ({ params, query, url }, parts) => {
    const { nodes } = await viewOf(parts, params);
    const { task, status, tasks_only: tasksOnly, limit } = query;
    const fitting = nodes.filter(
      (node) =>
        (task === undefined || node.task === task) &&
        (!tasksOnly || node.index === null) &&
        (status === undefined || node.status === status),
    );
    const from = query.cursor === undefined ? 0 : afterCursor(nodes, fitting, query.cursor);
    const page = fitting.slice(from, from + limit);
    const next = from + limit < fitting.length ? (page.at(-1)?.id ?? null) : null;
    const cursor = next === null ? null : cursorOf(next);
    return { body: { format: 1, nodes: page, next: cursor }, headers: nextLink(url, 'cursor', cursor) };
  }),

  route(getNode)(async ({ params }, parts) => {
    const { nodes } = await viewOf(parts, params);
    const found = nodes.find(({ id }) => id === params.node);
    if (found) return { body: found };
    throw nodeNotFound(params.run, params.node);
  }),

  route(listEvents)(async ({ params, query, url }, parts) => {
    await findRun(parts, params);
    const { after, limit } = query;
    const { stored, plan } = await parts.client.loadStates(params.run);
    const records = recordsOf(stored, plan);
    const read = await readHistory(parts, params.run, { after, limit: limit + 1 });
    const page = read.slice(0, limit);
    const next = read.length > limit ? (page.at(-1)?.seq ?? null) : null;
    const events = page.map((event) => viewEvent(event, plan, records));
    return { body: { format: 1, events, next }, headers: nextLink(url, 'after', next) };
  }),

  route(runGraph)(async ({ params }, parts) => {
    await findRun(parts, params);
    return { body: runGraphOf(await parts.client.loadStates(params.run)) };
  }),

  route(readLogs)(async ({ params, query, url }, parts) => {
    await findRun(parts, params);
    const node = await nodeIndex(parts, params.run, params.node);
    const name = { run: params.run, node, attempt: params.attempt };
    const lines = await parts.logs.read(name, query.after, query.limit);
    const next = lines.at(-1)?.id ?? query.after;
    return {
      body: {
        format: 1,
        lines: lines.map(({ at, ...line }) => ({ ...line, at: new Date(at).toISOString() })),
        next,
        missing: query.after === '0' ? missingBefore(lines[0]) : 0,
      },
      headers: lines.length < query.limit ? {} : nextLink(url, 'after', next),
    };
  }),

  route(followLog)(async ({ params, query, header, disconnect }, parts) => {
    await findRun(parts, params);
    const node = await nodeIndex(parts, params.run, params.node);
    const log = { run: params.run, node, attempt: params.attempt };
    const after = lastIdOf(header('last-event-id'), /^\d{1,15}$/) ?? query.after;
    // Looked at before the lines: what was written before the end is then there to be read.
    const isOver = after !== undefined && (await isAttemptOver({ ...parts, log }));
    const hasAll = isOver && (await parts.logs.read(log, after, 1)).length === 0;
    // An EventSource that is told so does not come again.
    if (hasAll) return new Response(null, { status: 204 });
    return parts.live.followLog(log, { after, disconnect });
  }),

  route(listArtifacts)(async ({ params }, parts) => {
    const kept = keptIn(await viewOf(parts, params));
    const artifacts = kept.map(({ node, ref: { run, name, bytes, sha256 } }) => ({
      node,
      name,
      bytes,
      sha256,
      run,
    }));
    return { body: { format: 1, artifacts } };
  }),

  route(getArtifact)(async ({ params }, parts) => {
    const ref = findKept(await viewOf(parts, params), params.node, params.artifact);
    const bytes = await fetchKept(parts.artifacts, ref);
    return new Response(new Uint8Array(bytes), {
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${plainFileName(ref) ?? 'artifact'}"`,
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
        etag: `"${ref.sha256}"`,
      },
    });
  }),

  route(explainRun)(async ({ params }, parts) => {
    await findRun(parts, params);
    return { body: { ...(await explainerOf(parts).run(params.run)) } };
  }),

  route(explainNode)(async ({ params }, parts) => {
    await findRun(parts, params);
    return { body: await explainerOf(parts).node(params.run, params.node) };
  }),
];

/** @throws SluiceError run_not_found */
async function viewOf(parts: ServerParts, named: NamedRun) {
  return parts.views.get(await findRun(parts, named));
}

/** Names of nodes hold brackets, which cursors do not. */
function cursorOf(node: string): string {
  return node.replace('[', '~').replace(']', '');
}

/** Also when the node it names no longer fits the filter: on from its place. */
function afterCursor(all: readonly NodeView[], fitting: readonly NodeView[], cursor: string): number {
  const place = new Map(all.map(({ id }, i) => [id, i]));
  const at = place.get(cursor.replace(/~(\d+)$/, '[$1]')) ?? -1;
  const next = fitting.findIndex(({ id }) => (place.get(id) ?? 0) > at);
  return next < 0 ? fitting.length : next;
}

/** Entries of the history hold several events, so some may be read that are not asked for. */
async function readHistory(
  { store }: ServerParts,
  run: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<EventRecord[]> {
  const batches = await store.readEvents(run, after, limit, 0);
  return batches
    .flatMap(({ packed, first }) => unpackEvents(packed, first))
    .filter(({ seq }) => seq > after)
    .slice(0, limit);
}

/** @throws SluiceError node_not_found */
async function nodeIndex({ client }: ServerParts, run: string, name: string): Promise<number> {
  const { stored, plan } = await client.loadStates(run);
  const records = recordsOf(stored, plan);
  const index = records.findIndex((record, i) => nodeName(record, i, plan) === name);
  if (index >= 0) return index;
  throw nodeNotFound(run, name);
}

function nodeNotFound(run: string, node: string): SluiceError {
  return new SluiceError('node_not_found', `Run ${run} has no node ${node}.`);
}

/** Lines are numbered from 1; a log keeps the newest ones. */
function missingBefore(first: LogLine | undefined): number {
  return Math.max(0, Number(first?.id ?? 1) - 1);
}

function explainerOf({ client, store, shards, membership, engineActions }: ServerParts): Explainer {
  return createExplainer({ client, store, shards, membership, engineActions });
}
