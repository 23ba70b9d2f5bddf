import { cancellingOf, isRunEnd, ofEachRun } from './invariant.ts';

/** From the cancel to the end of the run, beyond the grace period, when nothing goes wrong, ms. */
const SLACK_MS = 12_000;

/** I11: a cancel that was answered takes effect: nothing starts after it, and the run ends soon. */
export const cancel = ofEachRun(
  'cancel',
  'after a cancel is durable nothing is dispatched any more and the run ends within its grace period',
  function* (run, { requests, faultsOverAt, wentBack }) {
    const stop = cancellingOf(run);
    const end = run.events.find(isRunEnd);
    const request = requests.find((one) => one.run === run.id);
    if (!stop) {
      if (
        request?.cancelledAt !== undefined &&
        end &&
        end.durableAt > request.cancelledAt + 10_000 &&
        end.at > faultsOverAt &&
        !wentBack
      )
        yield 'a cancel was answered and had no effect';
      return;
    }
    for (const event of run.events.slice(stop.seq)) {
      if (event.type === 'node.queued' || event.type === 'node.expanded')
        yield {
          what: `${event.type} (seq ${event.seq}) after run.cancelling (seq ${stop.seq})`,
          node: event.node ?? -1,
        };
    }
    const graceMs = run.header.cancel?.graceMs ?? 0;
    const latest = Math.max(stop.at, faultsOverAt) + graceMs + SLACK_MS;
    if (end && end.at > latest)
      yield `ended ${end.at - stop.at} ms after its cancel, with a grace period of ${graceMs} ms`;
  },
);
