import { isEnded } from '../../../engine/core/node-state.ts';
import { ofEachRun, RUN_ENDS } from './invariant.ts';

/** L1: nothing is stuck. */
export const ended = ofEachRun('ended', 'every run ends, with all its nodes', function* ({ view, history }) {
  if (view === undefined) return;
  if (!RUN_ENDS.has(`run.${view.status}`)) yield `it did not end: it is ${view.status}`;
  for (const { id, status } of view.nodes) if (!isEnded(status)) yield `${id} did not end: it is ${status}`;
  const last = history.findLast(({ type }) => RUN_ENDS.has(type))?.type;
  if (last !== `run.${view.status}`)
    yield `the client is told that it is ${view.status}, but the history says ${last}`;
});
