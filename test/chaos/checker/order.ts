import type { EventView } from '../../../engine/runtime/client/run-view.ts';
import { taskOf, workNodes } from '../draft.ts';
import type { RunEvidence } from '../evidence.ts';
import type { LedgerLine } from '../ledger.ts';
import { ofEachRun } from './invariant.ts';
import { endOf, lifeAt, livesOf } from './lives.ts';

const BEGINNINGS: ReadonlySet<string> = new Set(['node.queued', 'node.started', 'node.expanded']);
/** May begin before all that they need has ended. */
const EARLY: ReadonlySet<string> = new Set(['one_failed', 'one_success', 'one_done', 'always']);

/** I4: nothing begins before what it needs has ended, in the history and in the world. */
export const order = ofEachRun(
  'order',
  'a node begins only after all that it needs, and is handed what that returned',
  function* (run) {
    yield* checkHistory(run);
    yield* checkWorld(run);
  },
);

function* checkHistory({ history, draft }: RunEvidence): Iterable<string> {
  const lives = livesOf(history);
  for (const { node, seq, type } of history) {
    const task = node === null ? undefined : taskOf(draft, node);
    if (node === null || task === undefined || !BEGINNINGS.has(type)) continue;
    const open = task.needs.filter((need) => (endOf(lifeAt(lives, need, seq))?.seq ?? Infinity) > seq);
    const isEarly = EARLY.has(task.rule) && open.length < task.needs.length;
    if (open.length > 0 && !isEarly)
      yield `${type} of ${node} (${seq}) is before the end of ${open.join(', ')}`;
  }
}

/** Where a node is handed outputs, each must have been written down as an end before. */
function* checkWorld({ ledger, draft, history }: RunEvidence): Iterable<string> {
  const done = new Map<string, LedgerLine>();
  for (const line of ledger) {
    if (line.what === 'end' && line.as === 'succeeded') done.set(line.token, line);
    if (line.what !== 'start') continue;
    yield* checkGiven(line, done);
    const task = taskOf(draft, line.node);
    if (task?.rule !== 'all_success') continue;
    for (const need of task.needs)
      for (const node of nodesOf(draft, need))
        if (!ledgerHasEnd(done, node) && !wasReused(history, node))
          yield `${line.node} began its work before ${node} had done its own`;
  }
}

function* checkGiven(
  { node, given = {} }: LedgerLine,
  done: ReadonlyMap<string, LedgerLine>,
): Iterable<string> {
  for (const [need, tokens] of Object.entries(given)) {
    for (const token of [tokens].flat()) {
      const from = done.get(token);
      if (from === undefined)
        yield `${node} was handed ${token} of ${need}, which nobody had written by then`;
      else if (from.node !== need && !from.node.startsWith(`${need}[`))
        yield `${node} was handed ${token} as that of ${need}, but it is that of ${from.node}`;
    }
  }
}

function nodesOf(draft: RunEvidence['draft'], task: string): readonly string[] {
  return workNodes(draft).filter((node) => node === task || node.startsWith(`${task}[`));
}

function ledgerHasEnd(done: ReadonlyMap<string, LedgerLine>, node: string): boolean {
  for (const line of done.values()) if (line.node === node) return true;
  return false;
}

function wasReused(history: readonly EventView[], node: string): boolean {
  return history.some((event) => event.node === node && event.type === 'node.reused');
}
