import type { EventView } from '../../../engine/runtime/client/run-view.ts';
import { AFTERWARDS, ofEachRun, RUN_ENDS } from './invariant.ts';

/** I9, I14: the history is whole. An attempt's start is often told only with its end; then it bears the earlier time. */
export const sequence = ofEachRun(
  'sequence',
  'seq is gapless from 1, time does not go back, and nothing follows an end but late results and a retry',
  function* ({ history, view }) {
    if (view !== undefined && history[0]?.type !== 'run.created')
      yield `the history begins with ${history[0]?.type}`;
    yield* checkNumbers(history);
    yield* checkAfterEnd(history);
  },
);

function* checkNumbers(history: readonly EventView[]): Iterable<string> {
  let at = '';
  for (const [index, event] of history.entries()) {
    if (event.seq !== index + 1) yield `event ${index + 1} has the seq ${event.seq}`;
    if (event.type === 'node.started') continue;
    if (event.at < at) yield `the time of event ${event.seq} goes back`;
    at = event.at;
  }
}

function* checkAfterEnd(history: readonly EventView[]): Iterable<string> {
  let end: EventView | undefined;
  for (const event of history) {
    if (event.type === 'run.retried') end = undefined;
    else if (end !== undefined && !AFTERWARDS.has(event.type))
      yield `${event.type} (${event.seq}) follows ${end.type} (${end.seq})`;
    else if (RUN_ENDS.has(event.type)) end = event;
  }
}
