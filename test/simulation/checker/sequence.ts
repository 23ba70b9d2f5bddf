import { isRunEnd, ofEachRun } from './invariant.ts';

/** I14: the history of a run has no gaps, and one end. */
export const sequence = ofEachRun(
  'sequence',
  "a run's events are numbered from 1 without gaps, the first is run.created, and the header knows the last",
  function* ({ events, header }) {
    for (const [i, event] of events.entries()) {
      if (event.seq !== i + 1) return yield `event ${i + 1} has seq ${event.seq} (${event.type})`;
      const before = events[i - 1];
      if (
        before &&
        event.type !== 'node.started' &&
        event.at < before.at &&
        before.type !== 'node.started' &&
        i > 1
      )
        yield `seq ${event.seq} (${event.type}) is ${before.at - event.at} ms before the event in front of it`;
    }
    if (events.length > 0 && events[0]?.type !== 'run.created') yield `begins with ${events[0]?.type}`;
    if (header.seq !== events.length)
      yield `the header says ${header.seq} events, there are ${events.length}`;
    const ends = events.filter(isRunEnd);
    if (ends.length > 1)
      yield `ended ${ends.length} times: ${ends.map(({ seq, type }) => `${seq} ${type}`).join(', ')}`;
    const [end] = ends;
    const after = end && events.slice(end.seq).find(({ type }) => type !== 'node.late');
    if (after) yield `${after.type} (seq ${after.seq}) after the run's end`;
  },
);
