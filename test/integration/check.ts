/**
 * The judge of a run. It believes three witnesses only: what the client was told, the history, and the ledger that the tasks
 * kept themselves; never the engine's own counters. Answers everything that is wrong, in sentences.
 */
import type { EventView, RunView } from '../../engine/runtime/client/run-view.ts';
import { type LedgerLine, nodeOf } from '../support/cluster/ledger.ts';
import { nodesOf, type Step, totalOf } from '../support/cluster/workflow.ts';

export interface Evidence {
  readonly steps: readonly Step[];
  /** What the client was told: the run as `show` gives it. */
  readonly told: RunView;
  readonly history: readonly EventView[];
  /** Lines of this run. */
  readonly ledger: readonly LedgerLine[];
  /** Process ids of workers that were killed, frozen or stopped: the only reasons to run a node again. */
  readonly disturbed: ReadonlySet<number>;
}

const ENDS: ReadonlySet<string> = new Set([
  'node.succeeded',
  'node.failed',
  'node.skipped',
  'node.upstream_failed',
  'node.cancelled',
]);
const RUN_ENDS: ReadonlySet<string> = new Set(['run.succeeded', 'run.failed', 'run.cancelled']);

/** All that is wrong with a run in which every task should have succeeded. */
export function findViolations(evidence: Evidence): string[] {
  return [
    ...checkSequence(evidence),
    ...checkEnds(evidence),
    ...checkOrder(evidence),
    ...checkWork(evidence),
    ...checkResult(evidence),
  ];
}

/**
 * `seq` is gapless from 1 and time does not go back; the run ends once, and then only results that came too late follow. An
 * attempt's start is often told only with its end; then it bears the earlier time.
 */
function checkSequence({ history }: Evidence): string[] {
  const wrong: string[] = [];
  let at = '';
  for (const [index, event] of history.entries()) {
    if (event.seq !== index + 1) wrong.push(`event ${index + 1} has the seq ${event.seq}`);
    if (event.type === 'node.started') continue;
    if (event.at < at) wrong.push(`the time of event ${event.seq} goes back`);
    at = event.at;
  }
  const end = history.findIndex(({ type }) => RUN_ENDS.has(type));
  if (end === -1) wrong.push('the history has no end');
  const after = end === -1 ? [] : history.slice(end + 1).filter(({ type }) => type !== 'node.late');
  wrong.push(...after.map(({ type, seq }) => `${type} (${seq}) follows the end of the run`));
  return wrong;
}

/** Each node ends once, with success, on its first attempt: losing a worker costs no attempt. */
function checkEnds({ history, steps }: Evidence): string[] {
  const ends = groupBy(
    history.filter(({ type }) => ENDS.has(type)),
    ({ node }) => node ?? '',
  );
  const expected = new Set(nodesOf(steps));
  const strangers = [...ends.keys()].filter((node) => !expected.has(node));
  return [
    ...strangers.map((node) => `the history ends a node ${node} that the workflow does not have`),
    ...[...expected].flatMap((node) => {
      const found = ends.get(node) ?? [];
      const [first] = found;
      if (found.length !== 1) return [`${node} ended ${found.length} times`];
      if (first?.type !== 'node.succeeded') return [`${node} ended with ${first?.type}`];
      return (first.attempt ?? 1) === 1 ? [] : [`${node} needed attempt ${first.attempt}`];
    }),
  ];
}

/** No node is queued, started or begins its work before all that it needs has ended. */
function checkOrder({ history, ledger, steps }: Evidence): string[] {
  const endOf = new Map(history.filter(({ type }) => ENDS.has(type)).map((event) => [event.node, event.seq]));
  const wrong: string[] = [];
  for (const { node, seq, type } of history) {
    if (node === null || (type !== 'node.queued' && type !== 'node.started')) continue;
    for (const need of needsOf(node, steps)) {
      if (seq < (endOf.get(need) ?? Number.POSITIVE_INFINITY))
        wrong.push(`${type} of ${node} (${seq}) is before the end of ${need}`);
    }
  }
  for (const { task, at, what } of ledger) {
    if (what !== 'start') continue;
    for (const need of needsOf(task, steps)) {
      const ended = ledger.filter((line) => line.task === need && line.what === 'end' && line.at <= at);
      const nodes = new Set(ended.map(({ index }) => index)).size;
      const wanted = steps.find(({ id }) => id === need)?.nodes ?? 1;
      if (nodes !== wanted)
        wrong.push(`${task} began its work when ${nodes} of ${wanted} nodes of ${need} had done theirs`);
    }
  }
  return wrong;
}

/** Each node did its work; again only where a worker was disturbed; never after its success. */
function checkWork({ ledger, history, steps, disturbed }: Evidence): string[] {
  const byNode = groupBy(ledger, nodeOf);
  const fanOuts = new Set(steps.filter(({ nodes }) => nodes !== undefined).map(({ id }) => id));
  const wrong: string[] = [];
  for (const node of nodesOf(steps).filter((id) => !fanOuts.has(id))) {
    const lines = byNode.get(node) ?? [];
    const starts = lines.filter(({ what }) => what === 'start');
    if (starts.length === 0) wrong.push(`${node} never worked`);
    if (!lines.some(({ what }) => what === 'end')) wrong.push(`${node} never finished its work`);
    for (const start of starts.slice(0, -1)) {
      if (!disturbed.has(start.worker))
        wrong.push(`${node} ran again although its worker ${start.worker} was left in peace`);
    }
    const success = history.find((event) => event.node === node && event.type === 'node.succeeded');
    const successAt = success === undefined ? Number.POSITIVE_INFINITY : Date.parse(success.at);
    for (const { at } of starts) {
      if (at > successAt + 1) wrong.push(`${node} ran ${Math.round(at - successAt)} ms after its success`);
    }
  }
  const known = new Set(nodesOf(steps));
  wrong.push(
    ...[...byNode.keys()].filter((node) => !known.has(node)).map((node) => `${node} worked, but is no node`),
  );
  return wrong;
}

/** What the client was told is what happened. */
function checkResult({ told, history, steps }: Evidence): string[] {
  const wrong: string[] = [];
  const end = history.find(({ type }) => RUN_ENDS.has(type))?.type;
  if (end !== `run.${told.status}`) wrong.push(`the client was told ${told.status}, the history says ${end}`);
  if (told.status !== 'succeeded')
    wrong.push(`the run ended as ${told.status}: ${told.error?.message ?? ''}`);
  const total = totalOf(steps);
  if (told.outputs['total'] !== total)
    wrong.push(`the result is ${JSON.stringify(told.outputs['total'])} and not ${total}`);
  const unfinished = told.nodes
    .filter(({ status }) => status !== 'succeeded')
    .map(({ id, status }) => `${id} is ${status}`);
  if (told.nodes.length !== nodesOf(steps).length)
    wrong.push(`the client was told of ${told.nodes.length} nodes`);
  return [...wrong, ...unfinished];
}

/** Nodes and tasks whose end a node needs: those of its task's needs. */
function needsOf(node: string, steps: readonly Step[]): readonly string[] {
  const task = node.replace(/\[\d+\]$/, '');
  return steps.find(({ id }) => id === task)?.needs ?? [];
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
