import { isRunEnd, ofEveryRun } from './invariant.ts';

/** I14: the history of a run has no gaps, and one end. */
export const sequence = ofEveryRun(
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
    let end: (typeof events)[number] | undefined;
    for (const event of events) {
      if (event.type === 'run.retried') end = undefined;
      else if (end && event.type !== 'node.late')
        return yield `${event.type} (seq ${event.seq}) after the run's end (seq ${end.seq} ${end.type})`;
      if (isRunEnd(event)) end = event;
    }
  },
);
