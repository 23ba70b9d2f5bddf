/** Schedules that would keep their shard's owner busy for ever, if it did not go on in the next turn. */
import { describe, expect, it } from 'vitest';
import type { ScheduleTrigger } from '../../../../engine/core/schedule/document.ts';
import { aSpec, ScheduleRig } from '../../../support/schedule-rig.ts';

const everyMs = (ms: number, overlap: 'allow' | 'skip' = 'allow'): ScheduleTrigger => ({
  kind: 'every',
  everyMs: ms,
  catchup: 'all',
  overlap,
  inputs: {},
});
/** An input that nobody gives, so that no run can be started. */
const NEEDY = { inputs: { who: { type: 'string', required: true } } } as const;
const at = (text: string) => Date.parse(text);

describe('a schedule with endless work', () => {
  it('backfills a thousand years of runs that cannot be started a few at a time', () => {
    const rig = new ScheduleRig('2026-01-01T00:00:30Z').set(aSpec(everyMs(60_000), NEEDY));
    rig.tell('backfill', { id: 'b', from: at('1026-01-01'), to: at('2026-01-01'), max_parallel: 1 });
    const first = rig.backfill('b').ended.failed;
    rig.until('2026-01-01T00:00:30.100Z');
    expect(first).toBeLessThan(1_000);
    expect(rig.backfill('b').ended.failed).toBeGreaterThan(first);
    rig.tell('backfill_cancel', { id: 'b' });
    expect(rig.backfill('b').status).toBe('cancelled');
  });

  it('finishes a backfill of runs that cannot be started', () => {
    const rig = new ScheduleRig('2026-01-02T00:00:30Z').set(aSpec(everyMs(60_000), NEEDY));
    rig.tell('backfill', { id: 'b', from: at('2026-01-01'), to: at('2026-01-02'), max_parallel: 1 });
    rig.until('2026-01-02T00:00:31Z');
    expect(rig.backfill('b')).toMatchObject({ status: 'done', ended: { failed: 1_440 } });
  });

  it('passes over the ticks of a long sleep a few at a time', () => {
    const rig = new ScheduleRig('2026-01-01T00:00:00Z').set(aSpec(everyMs(1), NEEDY));
    rig.now = at('2026-01-01T01:00:00Z');
    rig.take({ type: 'actor_timer', to: 'schedule/default/etl/0', name: 'tick' });
    const { cursor } = rig.state;
    expect(cursor).toBeLessThan(at('2026-01-01T00:01:00Z'));
    rig.until('2026-01-01T01:00:00.010Z');
    expect(rig.state.cursor).toBeGreaterThan(cursor);
  });
});
