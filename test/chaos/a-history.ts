/** Evidence for tests of the checker: a good run, told and written down as the engine and its tasks would, to be spoiled. */
import type { EventView, NodeView, RunView } from '../../engine/runtime/client/run-view.ts';
import type { Draft, TaskDraft } from './draft.ts';
import type { Evidence, RunEvidence } from './evidence.ts';
import type { LedgerLine } from './ledger.ts';

export const START = Date.parse('2026-01-01T00:00:00Z');
const STEP_MS = 100;

export function aTask(id: string, change: Partial<TaskDraft> = {}): TaskDraft {
  return {
    id,
    needs: [],
    rule: 'all_success',
    does: 'succeeds',
    retries: 0,
    workMs: 5,
    uses: 'function',
    ...change,
  };
}

/** a → b (two nodes, under a limit of one) → c (fails once) → d, and e after all of it, whatever happens. */
export const DRAFT: Draft = {
  name: 'chaos',
  tasks: [
    aTask('a'),
    aTask('b', { needs: ['a'], nodes: 2, limit: 'narrow' }),
    aTask('c', { needs: ['b'], does: 'flaky', retries: 1 }),
    aTask('d', { needs: ['c'] }),
    aTask('e', { needs: ['a', 'd'], rule: 'all_done' }),
  ],
};

export type Row = readonly [type: string, node?: string, attempt?: number | undefined, detail?: object];

const ROWS: readonly Row[] = [
  ['run.created'],
  ['run.started'],
  ['node.queued', 'a', 1],
  ['node.succeeded', 'a', 1],
  ['node.expanded', 'b'],
  ['node.queued', 'b[0]', 1],
  ['node.succeeded', 'b[0]', 1],
  ['node.queued', 'b[1]', 1],
  ['node.succeeded', 'b[1]', 1],
  ['node.succeeded', 'b'],
  ['node.queued', 'c', 1],
  ['node.retrying', 'c', 1],
  ['node.queued', 'c', 2],
  ['node.succeeded', 'c', 2],
  ['node.queued', 'd', 1],
  ['node.succeeded', 'd', 1],
  ['node.queued', 'e', 1],
  ['node.succeeded', 'e', 1],
  ['run.succeeded'],
];

/** One event every 100 ms. */
export function historyOf(rows: readonly Row[]): EventView[] {
  return rows.map(([type, node = null, attempt = null, detail = {}], i) => ({
    seq: i + 1,
    type,
    node,
    attempt,
    at: timeOf(i),
    ...detail,
  }));
}

function timeOf(index: number): string {
  return new Date(START + index * STEP_MS).toISOString();
}

/** When the row's event was written, ms since 1970. */
export function when(type: string, node: string, attempt = 1): number {
  const index = ROWS.findIndex(
    (row) => row[0] === type && row[1] === node && (row[2] ?? attempt) === attempt,
  );
  return START + index * STEP_MS;
}

export function aLine(what: LedgerLine['what'], node: string, change: Partial<LedgerLine> = {}): LedgerLine {
  const attempt = change.attempt ?? 1;
  const ended = Math.max(when('node.succeeded', node, attempt), when('node.retrying', node, attempt));
  const at = what === 'start' ? when('node.queued', node, attempt) + 10 : ended + (what === 'end' ? -10 : 5);
  return {
    what,
    run: 'r',
    node,
    attempt,
    generation: 1,
    delivery: 1,
    worker: 7,
    at,
    token: `t-${node}-${attempt}`,
    ...(what === 'end' ? { as: 'succeeded' } : {}),
    ...change,
  };
}

/** Start, end and the answer of Redis. */
export function worked(node: string, change: Partial<LedgerLine> = {}): LedgerLine[] {
  const lines = [aLine('start', node, change), aLine('end', node, change)];
  return change.as === 'failed' ? lines : [...lines, aLine('taken', node, change)];
}

const LEDGER: readonly LedgerLine[] = [
  ...worked('a'),
  ...worked('b[0]', { given: { a: 't-a-1' } }),
  ...worked('b[1]', { given: { a: 't-a-1' } }),
  ...worked('c', { as: 'failed', given: { b: ['t-b[0]-1', 't-b[1]-1'] } }),
  ...worked('c', { attempt: 2, given: { b: ['t-b[0]-1', 't-b[1]-1'] } }),
  ...worked('d', { given: { c: 't-c-2' } }),
  ...worked('e'),
];

export function aNode(
  id: string,
  token: string | readonly string[],
  change: Partial<NodeView> = {},
): NodeView {
  return {
    id,
    task: id,
    index: null,
    status: 'succeeded',
    phase: 'main',
    generation: 1,
    attempts: [],
    outputs: { token },
    artifacts: {},
    needs: [],
    waiting: null,
    child: null,
    cost: null,
    ...change,
  };
}

const VIEW: RunView = {
  format: 1,
  id: 'r',
  namespace: 'default',
  workflow: 'chaos',
  version: 'v',
  status: 'succeeded',
  inputs: {},
  outputs: {},
  error: null,
  parent: null,
  cost: null,
  created_at: '',
  started_at: null,
  finished_at: null,
  retried_at: null,
  progress: 1,
  eta: null,
  nodes: [
    aNode('a', 't-a-1'),
    aNode('b', ['t-b[0]-1', 't-b[1]-1']),
    aNode('b[0]', 't-b[0]-1'),
    aNode('b[1]', 't-b[1]-1'),
    aNode('c', 't-c-2'),
    aNode('d', 't-d-1'),
    aNode('e', 't-e-1'),
  ],
};

const GOOD: RunEvidence = {
  run: 'r',
  draft: DRAFT,
  told: [{ what: 'start', answer: 'yes', askedAt: START - 5, at: START }],
  seen: [{ node: 'a', token: 't-a-1', at: START + 350 }],
  view: VIEW,
  history: historyOf(ROWS),
  ledger: LEDGER,
};

/** A good run, but for the changes to the run and to all else. */
export function evidenceWith(change: Partial<RunEvidence> = {}, rest: Partial<Evidence> = {}): Evidence {
  return {
    runs: [{ ...GOOD, ...change }],
    disturbances: [],
    limits: new Map([['narrow', 1]]),
    losses: [],
    left: [],
    ...rest,
  };
}

/** With other rows in the history. */
export function withRows(change: (rows: Row[]) => unknown, rest: Partial<RunEvidence> = {}): Evidence {
  const rows = [...ROWS];
  change(rows);
  return evidenceWith({ history: historyOf(rows), ...rest });
}

/** With other lines in the ledger, in the order of their times. */
export function withLines(
  change: (lines: LedgerLine[]) => LedgerLine[],
  rest: Partial<Evidence> = {},
): Evidence {
  const ledger = change([...LEDGER]).sort((a, b) => a.at - b.at);
  return evidenceWith({ ledger }, rest);
}

/** With another end of the run, or other nodes, in what the client is told. */
export function withView(change: Partial<RunView>, rest: Partial<RunEvidence> = {}): Evidence {
  return evidenceWith({ view: { ...VIEW, ...change }, ...rest });
}

export function nodesWith(id: string, change: Partial<NodeView>): readonly NodeView[] {
  return VIEW.nodes.map((node) => (node.id === id ? { ...node, ...change } : node));
}
