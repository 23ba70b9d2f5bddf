import type { DurableEvent } from '../evidence.ts';
import { endOf, ofEveryRun } from './invariant.ts';

const ENDS = ['succeeded', 'failed', 'skipped', 'upstream_failed', 'cancelled', 'reused'];

/** Which events may follow which, within one generation of one node. */
const NEXT: { readonly [event: string]: readonly string[] } = {
  '': [
    'reused',
    'queued',
    'blocked',
    'expanded',
    'marked',
    'skipped',
    'upstream_failed',
    'failed',
    'cancelled',
  ],
  marked: ['succeeded', 'failed', 'skipped'],
  blocked: ['blocked', 'queued', 'failed', 'cancelled'],
  queued: ['blocked', 'started', 'retrying', 'failed', 'cancelled', 'oversized'],
  oversized: ['blocked', 'oversized', 'started', 'retrying', 'failed', 'cancelled'],
  started: [
    'started',
    'child_started',
    'progress',
    'cached',
    'waiting',
    'signalled',
    'repeating',
    'retrying',
    'succeeded',
    'failed',
    'cancelled',
  ],
  child_started: ['repeating', 'retrying', 'succeeded', 'failed', 'cancelled'],
  cached: ['succeeded', 'repeating'],
  progress: ['started', 'progress', 'cached', 'repeating', 'retrying', 'succeeded', 'failed', 'cancelled'],
  waiting: ['succeeded', 'failed', 'retrying', 'cancelled', 'approved', 'rejected', 'signalled', 'repeating'],
  approved: ['succeeded', 'failed', 'repeating'],
  rejected: ['succeeded', 'failed', 'repeating'],
  signalled: ['succeeded', 'failed', 'repeating'],
  repeating: ['queued', 'blocked', 'failed', 'cancelled'],
  retrying: ['queued', 'blocked', 'failed', 'cancelled'],
  expanded: ['succeeded', 'failed', 'skipped', 'cancelled'],
};

/** I3: nodes follow the machine, end once, and stay ended. */
export const steps = ofEveryRun(
  'steps',
  'a node follows the state machine, ends at most once per generation, and nothing but node.late comes after',
  function* ({ byNode, header }) {
    for (const [node, events] of byNode) {
      let last = '';
      for (const event of events) {
        if (event.type === 'node.late' || event.type === 'node.overdue') continue;
        const step = event.type.slice('node.'.length);
        if (step === 'reset') {
          last = event.detail?.as === 'running' ? 'expanded' : '';
          continue;
        }
        if (!(NEXT[last] ?? []).includes(step))
          yield { what: `${last || 'nothing'} → ${step} (seq ${event.seq})`, node };
        last = step;
      }
      // A node of a lost history may have nothing but late results.
      if (header.finishedAt !== undefined && last !== '' && !ENDS.includes(last))
        yield { what: `${last} when the run had ended`, node };
      yield* attemptsOf(node, events);
    }
  },
);

/** I6: attempts count from 1, one after the other, and only `queued` begins one. */
function* attemptsOf(
  node: number,
  events: readonly DurableEvent[],
): Iterable<{ what: string; node: number }> {
  let attempt = 0;
  /** Attempts of earlier generations. */
  let earlier = 0;
  for (const event of events) {
    if (['node.late', 'node.expanded', 'node.overdue', 'node.marked'].includes(event.type)) continue;
    if (event.type === 'node.reset') {
      earlier = attempt;
      continue;
    }
    if (event.type === 'node.queued') attempt++;
    const isUntried = event.attempt === undefined && attempt === earlier;
    if ((event.attempt ?? 0) !== attempt && !(isUntried && (endOf(event) || event.type === 'node.blocked')))
      yield {
        what: `${event.type} of attempt ${event.attempt ?? 0} in attempt ${attempt} (seq ${event.seq})`,
        node,
      };
    // The same attempt is queued again when the run is resumed.
    if (event.type === 'node.blocked' && event.detail?.reason === 'paused') attempt--;
  }
}
