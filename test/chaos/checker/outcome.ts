import type { EventView } from '../../../engine/runtime/client/run-view.ts';
import { workNodes } from '../draft.ts';
import { expectedEnds } from '../expected.ts';
import { mayHaveBeen, ofEachRun, RUN_ENDS } from './invariant.ts';
import { endWord, lastLife, livesOf } from './lives.ts';

/** I5: no fault changes a result. A run that was cancelled, or lost three workers on one node, ends in other ways. */
export const outcome = ofEachRun(
  'outcome',
  'every node, and the run, ends as the reference says',
  function* (run) {
    const { draft, history, view } = run;
    if (view === undefined || !RUN_ENDS.has(`run.${view.status}`)) return;
    if (mayHaveBeen(run, 'cancel')) return yield* checkCancelled(run.history, view.status);
    if (history.some(lostItsWorkers)) return;
    const lives = livesOf(history);
    const ends = expectedEnds(draft, (task) => lastLife(lives, task)?.generation ?? 1);
    for (const { id } of draft.tasks) {
      const end = endWord(lastLife(lives, id));
      if (end !== ends.get(id)) yield `${id} ended as ${end}, and should have ended as ${ends.get(id)}`;
    }
    for (const node of workNodes(draft).filter((name) => name.endsWith(']'))) {
      const task = node.slice(0, node.indexOf('['));
      const end = endWord(lastLife(lives, node));
      if (ends.get(task) === 'succeeded' && end !== 'succeeded')
        yield `${node} ended as ${end}, and should have succeeded`;
    }
    const status = [...ends.values()].includes('failed') ? 'failed' : 'succeeded';
    if (view.status !== status) yield `the run is ${view.status}, and should be ${status}`;
  },
);

/** Three sessions died on it: a failure that the engine itself decides, see `lost`. */
export function lostItsWorkers({ type, error }: EventView): boolean {
  return (
    type === 'node.failed' &&
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'worker_lost'
  );
}

function* checkCancelled(history: readonly EventView[], status: string): Iterable<string> {
  const wasAsked = history.some(({ type }) => type === 'run.cancelling');
  const hasFailed = history.some(({ type }) => type === 'node.failed');
  if (!wasAsked) return;
  if (status === 'succeeded') yield 'it was cancelled while it ran, and is succeeded';
  if (status === 'failed' && !hasFailed) yield 'it was cancelled and is failed, but no node of it failed';
}
