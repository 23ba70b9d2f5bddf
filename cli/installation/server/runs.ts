/** Runs, read through a server. */
import type { NodeExplanation, RunExplanation } from '../../../engine/core/explain/index.ts';
import type { ArtifactRef } from '../../../engine/core/ticket.ts';
import type { RunFilter } from '../../../engine/ports/run-index.ts';
import type { LogPage, LogQuery } from '../../../engine/runtime/client/log-search.ts';
import type { RunDiff } from '../../../engine/runtime/client/run-diff.ts';
import type { EventView, NodeView, RunView } from '../../../engine/runtime/client/run-view.ts';
import { labelText } from '../../../server/contract/label-text.ts';
import type { RunLine, RunList } from '../../../server/contract/list.ts';
import { listAllRuns } from '../../../server/operations/everywhere.ts';
import { searchLogs } from '../../../server/operations/logs.ts';
import { explainNode, explainRun, getArtifact } from '../../../server/operations/run-parts.ts';
import {
  compareRuns,
  getRun,
  listEvents,
  listNodes,
  listRuns,
  runPlan,
} from '../../../server/operations/runs.ts';
import type { Runs } from '../runs.ts';
import type { ServerApi } from './api.ts';
import { ServerFeed } from './feed.ts';

/** Items of one request. */
const NODES = '1000';
const EVENTS = '5000';
const MAX_RUNS = 500;
const MAX_LINES = 5_000;

export function serverRuns(api: ServerApi): Runs {
  const plan = async (run: string) => api.read(runPlan, { params: await placeOf(api, run) });
  return {
    list: (filter, limit, cursor) => list(api, filter, { limit, cursor }),
    async head(run) {
      const head = await api.read(getRun, { params: await placeOf(api, run) });
      const { id, namespace, workflow, status, labels, inputs } = head;
      return { id, namespace, workflow, status, labels, inputs };
    },
    advance: (run) => async () => api.read(getRun, { params: await placeOf(api, run) }),
    plan,
    show: (run) => show(api, run),
    events: (run) => events(api, run),
    feed: async (run) => new ServerFeed(api, await api.place(run), await plan(run)),
    searchLogs: (query) => search(api, query),
    // The server answers what the engine says, in its words.
    async explain(run) {
      const params = await placeOf(api, run);
      return (await api.read(explainRun, { params })) as unknown as RunExplanation;
    },
    async explainNode(run, node) {
      const params = { ...(await placeOf(api, run)), node };
      return (await api.read(explainNode, { params })) as unknown as NodeExplanation;
    },
    async compare(a, b) {
      const [params] = await Promise.all([placeOf(api, a), api.place(b)]);
      return (await api.read(compareRuns, { params, query: { with: b } })) as unknown as RunDiff;
    },
    locate: () => undefined,
    fetchArtifact: (run, node, ref) => fetchArtifact(api, { run, node, ref }),
  };
}

/** A copy: parameters may be changed by who takes them. */
export async function placeOf(api: ServerApi, run: string): Promise<{ namespace: string; run: string }> {
  return { ...(await api.place(run)) };
}

interface Wanted {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** A page of a list across namespaces may be short: goes on until there are enough, or no more. */
async function list(
  api: ServerApi,
  { namespace, workflow, status = [], awaiting, labels = {}, text }: RunFilter,
  { limit, cursor }: Wanted,
): Promise<RunList> {
  const runs: RunLine[] = [];
  for (let at = cursor; ; ) {
    const query = {
      limit: String(Math.min(MAX_RUNS, limit - runs.length)),
      ...(workflow === undefined ? {} : { workflow }),
      ...(status.length === 0 ? {} : { status: [status].flat().join(',') }),
      ...(awaiting ? { awaiting: 'true' as const } : {}),
      ...(Object.keys(labels).length === 0 ? {} : { label: labelText(labels) }),
      ...(text === undefined ? {} : { text }),
      ...(at === undefined ? {} : { cursor: at }),
    };
    const page =
      namespace === undefined
        ? await api.read(listAllRuns, { query })
        : await api.read(listRuns, { params: { namespace }, query });
    runs.push(...page.runs);
    if (page.next === null || runs.length >= limit) return { format: 1, runs, next: page.next };
    at = page.next;
  }
}

/** The head and all nodes, as they stand together in one document. */
async function show(api: ServerApi, run: string): Promise<RunView> {
  const params = await placeOf(api, run);
  const head = await api.read(getRun, { params });
  const nodes: NodeView[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query: { limit: string; cursor?: string } = { limit: NODES };
    if (cursor !== undefined) query.cursor = cursor;
    const page: { readonly nodes: readonly unknown[]; readonly next: string | null } = await api.read(
      listNodes,
      { params, query },
    );
    nodes.push(...(page.nodes as readonly NodeView[]));
    cursor = page.next;
  }
  const { labels: _l, priority: _p, trigger: _t, paused_at: _a, states: _s, ...view } = head;
  return { ...view, nodes } as RunView;
}

async function events(api: ServerApi, run: string): Promise<EventView[]> {
  const params = await placeOf(api, run);
  const all: EventView[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const query = { after: String(after), limit: EVENTS };
    const page: { readonly events: readonly EventView[]; readonly next: number | null } = await api.read(
      listEvents,
      { params, query },
    );
    all.push(...page.events);
    after = page.next;
  }
  return all;
}

async function search(api: ServerApi, query: LogQuery): Promise<LogPage> {
  const { run, node, attempt, grep, isRegex, ignoresCase, since, level, limit, cursor } = query;
  const page = await api.read(searchLogs, {
    params: await placeOf(api, run),
    query: {
      limit: String(Math.min(limit, MAX_LINES)),
      ...(isRegex ? { regex: 'true' as const } : {}),
      ...(ignoresCase ? { ignore_case: 'true' as const } : {}),
      ...(node === undefined ? {} : { node }),
      ...(attempt === undefined ? {} : { attempt: String(attempt) }),
      ...(grep === undefined ? {} : { grep }),
      ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
      ...(level === undefined ? {} : { level }),
      ...(cursor === undefined ? {} : { cursor }),
    },
  });
  // Lines of a search have no id of their own: its cursor says where it stands.
  const lines = page.lines.map((line) => ({ ...line, id: '', at: Date.parse(line.at) }));
  return { lines, missing: page.missing, next: page.next ?? undefined };
}

interface Kept {
  readonly run: string;
  readonly node: string;
  readonly ref: ArtifactRef;
}

async function fetchArtifact(api: ServerApi, { run, node, ref }: Kept): Promise<Uint8Array> {
  const params = { ...(await placeOf(api, run)), node, artifact: ref.name };
  const response = await api.open(getArtifact, { params });
  return new Uint8Array(await response.arrayBuffer());
}
