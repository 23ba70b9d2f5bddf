/** A fan-out as a whole: how its nodes stand, and what keeps it open. */

import type { NodePlace } from '../decide/node/node-place.ts';
import { isStopping } from '../decide/node/stop.ts';
import { allowedFailures } from '../fan-out.ts';
import type { FanState } from '../run-state.ts';
import { type Reason, reason } from './explanation.ts';

export function fanReasons(place: NodePlace): Reason[] {
  const { run, index, record, task } = place;
  const fan = run.tasks[index]?.fan;
  if (!fan) return [];
  const counts = {
    total: record.item,
    created: fan.nodes.length,
    active: fan.active,
    succeeded: fan.succeeded,
    failed: fan.failed,
    skipped: fan.skipped,
  };
  const reasons = [reason('fan_out', `${countWords(fan, record.item)}.`, counts)];
  const allowed = allowedFailures(task.maxFailures, record.item);
  if (isStopping(run, index) && !run.header.cancel) {
    const text = `${fan.failed} of its nodes failed, and max_failures allows ${allowed}; fail_fast stops the rest.`;
    reasons.push(reason('fan_out_stopped', text, { failed: fan.failed, allowed }));
  }
  return reasons;
}

function countWords(fan: FanState, total: number): string {
  const open = fan.nodes.length - fan.ended - fan.active;
  const parts: readonly (readonly [number, string])[] = [
    [fan.succeeded, 'succeeded'],
    [fan.failed, 'failed'],
    [fan.skipped, 'skipped'],
    [fan.ended - fan.succeeded - fan.failed - fan.skipped, 'cancelled'],
    [fan.active, 'under way'],
    [open, 'waiting'],
    [total - fan.nodes.length, 'still to be created'],
  ];
  const words = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return `Of its ${total} nodes ${words.join(', ') || 'none is left'}`;
}
