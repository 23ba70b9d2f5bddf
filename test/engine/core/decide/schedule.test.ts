import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScheduleTrigger } from '../../../../engine/core/schedule/document.ts';
import { ticksBetween } from '../../../../engine/core/schedule/tick.ts';
import { ADDRESS, aSpec, ScheduleRig } from '../../../support/schedule-rig.ts';

const HOUR = 3_600_000;
type Every = Extract<ScheduleTrigger, { kind: 'every' }>;

function hourly(change: Partial<Every> = {}): ScheduleTrigger {
  return { kind: 'every', everyMs: HOUR, catchup: 'none', overlap: 'allow', inputs: {}, ...change };
}

function rig(trigger: ScheduleTrigger, now = '2026-01-01T00:30Z'): ScheduleRig {
  return new ScheduleRig(now).set(aSpec(trigger));
}

const lastRun = (one: ScheduleRig) => one.started.at(-1)?.id ?? '';

describe('a schedule', () => {
  it('starts a run at each tick, with its logical time and the interval since the tick before', () => {
    const one = rig(hourly()).until('2026-01-01T02:10Z');
    expect(one.times).toEqual(['2026-01-01T01:00', '2026-01-01T02:00']);
    expect(one.started[1]?.trigger).toMatchObject({
      type: 'schedule',
      interval: { start: '2026-01-01T01:00:00.000Z', end: '2026-01-01T02:00:00.000Z' },
    });
  });

  it('starts nothing for ticks before it was applied', () => {
    expect(rig(hourly()).until('2026-01-01T00:59Z').times).toEqual([]);
  });

  it('gives one schedule and logical time one run id, whoever asks', () => {
    const ids = [rig(hourly()), rig(hourly(), '2026-01-01T00:59Z')].map(
      (one) => one.until('2026-01-01T01:30Z').started[0]?.id,
    );
    expect(ids[0]).toBe(ids[1]);
  });

  it('starts once at a time', () => {
    const one = rig({ kind: 'at', atMs: Date.parse('2026-01-01T03:00Z'), inputs: {} }).until(
      '2027-01-01T00:00Z',
    );
    expect(one.times).toEqual(['2026-01-01T03:00']);
  });

  it('makes up for a time that comes once', () => {
    const one = rig({ kind: 'at', atMs: Date.parse('2026-01-01T03:00Z'), inputs: {} });
    expect(one.sleepUntil('2026-01-02T00:00Z').times).toEqual(['2026-01-01T03:00']);
  });

  it('resolves inputs for each tick', () => {
    const inputs = { day: '${{ run.logical_time }}', from: '${{ run.interval.start }}' };
    const one = new ScheduleRig('2026-01-01T00:30Z').set(
      aSpec(hourly({ inputs }), { inputs: { day: { type: 'datetime' }, from: { type: 'string' } } }),
    );
    one.until('2026-01-01T01:30Z');
    expect(one.started[0]?.inputs).toEqual({
      day: '2026-01-01T01:00:00.000Z',
      from: '2026-01-01T00:00:00.000Z',
    });
  });

  it('remembers why a tick could not be started, and goes on', () => {
    const spec = aSpec(hourly(), { inputs: { region: { type: 'string', required: true } } });
    const one = new ScheduleRig('2026-01-01T00:30Z').set(spec).until('2026-01-01T02:30Z');
    expect(one.started).toEqual([]);
    expect(one.state.problem).toEqual({
      tick: Date.parse('2026-01-01T02:00Z'),
      message: 'input region is required, but has no value',
    });
  });

  it('keeps its place when another version is applied, and starts that', () => {
    const one = rig(hourly()).until('2026-01-01T01:30Z');
    one.set(aSpec(hourly(), { revision: 2, plan: 'p2' })).until('2026-01-01T02:30Z');
    expect(one.started.map(({ plan }) => plan)).toEqual(['p1', 'p2']);
  });

  it('with other times goes on from then: what was due still runs, and what runs is waited for', () => {
    const one = rig(hourly({ overlap: 'queue' })).until('2026-01-01T02:30Z');
    const faster = hourly({ overlap: 'queue', everyMs: HOUR / 2 });
    one.set(aSpec(faster, { revision: 2 })).until('2026-01-01T03:00Z');
    expect(one.times).toEqual(['2026-01-01T01:00']);
    for (let i = 0; i < 4; i++) one.end(lastRun(one));
    expect(one.times.slice(1)).toEqual(['2026-01-01T02:00', '2026-01-01T03:00']);
  });

  it('is not set back by an older version', () => {
    const one = new ScheduleRig('2026-01-01T00:30Z').set(aSpec(hourly(), { revision: 2, plan: 'p2' }));
    one.set(aSpec(hourly(), { revision: 1 })).until('2026-01-01T01:30Z');
    expect(one.started.map(({ plan }) => plan)).toEqual(['p2']);
  });

  it('is not brought back by a late message of before it was removed, only by applying it again', () => {
    const one = rig(hourly()).tell('remove', { revision: 5 });
    expect(one.set(aSpec(hourly(), { revision: 5 })).until('2026-01-01T02:30Z').times).toEqual([]);
    expect(one.set(aSpec(hourly(), { revision: 6 })).until('2026-01-03T00:30Z').times).toHaveLength(46);
  });

  it('does what a request asks for once, and answers it alike when it comes again late', () => {
    const one = rig(hourly());
    const pause = { type: 'actor', to: ADDRESS, name: 'pause', body: {}, request: 'a' } as const;
    one.take(pause);
    one.tell('resume').take(pause);
    expect(one.until('2026-01-01T01:30Z').times).toEqual(['2026-01-01T01:00']);
    expect(one.answers).toEqual([{ ok: true }, { ok: true }, { ok: true }, { ok: true }]);
  });

  it('is gone when it is removed', () => {
    const one = rig(hourly({ overlap: 'skip' }))
      .until('2026-01-01T01:30Z')
      .tell('remove');
    one.end(lastRun(one));
    one.until('2026-01-03T00:00Z');
    expect([one.started.length, one.documents.size, one.timers.size]).toEqual([1, 0, 0]);
  });

  it('answers that it is not there', () => {
    expect(new ScheduleRig('2026-01-01T00:30Z').tell('pause').answers).toMatchObject([
      { ok: false, code: 'schedule_not_found' },
    ]);
  });
});

describe('overlap', () => {
  it('allow: starts beside runs that go on', () => {
    expect(rig(hourly()).until('2026-01-01T03:30Z').times).toHaveLength(3);
  });

  it('skip: leaves out ticks while a run goes on', () => {
    const one = rig(hourly({ overlap: 'skip' })).until('2026-01-01T03:30Z');
    expect(one.times).toEqual(['2026-01-01T01:00']);
    one.end(lastRun(one)).until('2026-01-01T04:30Z');
    expect(one.times).toEqual(['2026-01-01T01:00', '2026-01-01T04:00']);
    expect(one.state.skipped).toBe(2);
  });

  it('queue: starts them one after another, each with its own logical time', () => {
    const one = rig(hourly({ overlap: 'queue' })).until('2026-01-01T03:30Z');
    expect(one.times).toEqual(['2026-01-01T01:00']);
    one.end(lastRun(one)).end(lastRun(one)).end(lastRun(one));
    expect(one.times).toEqual(['2026-01-01T01:00', '2026-01-01T02:00', '2026-01-01T03:00']);
  });

  it('replace: cancels what runs, and starts the newest when that has ended', () => {
    const one = rig(hourly({ overlap: 'replace' })).until('2026-01-01T03:30Z');
    const first = lastRun(one);
    expect(one.times).toEqual(['2026-01-01T01:00']);
    expect(one.sent.filter(({ type }) => type === 'cancel')).toMatchObject([{ run: first }]);
    one.end(first, 'cancelled');
    expect(one.times).toEqual(['2026-01-01T01:00', '2026-01-01T03:00']);
  });

  it('asks again for the end of a run after a minute, should the news have been lost', () => {
    const one = rig(hourly({ overlap: 'queue' })).until('2026-01-01T02:30Z');
    expect(one.sent.filter(({ type }) => type === 'report').length).toBeGreaterThan(10);
    one.end(lastRun(one), 'lost');
    expect(one.times).toHaveLength(2);
  });
});

describe('catchup', () => {
  const down = (catchup: 'none' | 'last' | 'all', change: Partial<Every> = {}) =>
    rig(hourly({ catchup, ...change }))
      .until('2026-01-01T01:30Z')
      .sleepUntil('2026-01-01T05:30Z');

  it('none: leaves out what was missed', () => {
    const one = down('none');
    expect(one.times).toEqual(['2026-01-01T01:00']);
    expect(one.state.missed).toEqual({
      from: Date.parse('2026-01-01T02:00Z'),
      to: Date.parse('2026-01-01T05:00Z'),
    });
    expect(one.until('2026-01-01T06:30Z').times).toEqual(['2026-01-01T01:00', '2026-01-01T06:00']);
  });

  it('none: is not so strict that a take-over loses a tick', () => {
    const one = rig(hourly()).sleepUntil('2026-01-01T01:00:45Z');
    expect(one.times).toEqual(['2026-01-01T01:00']);
  });

  it('last: makes up for the newest', () => {
    expect(down('last').times).toEqual(['2026-01-01T01:00', '2026-01-01T05:00']);
  });

  it('all: makes up for each, with its own logical time', () => {
    expect(down('all').times).toEqual(['01', '02', '03', '04', '05'].map((hour) => `2026-01-01T${hour}:00`));
  });

  it('all: ten at once, however long it was away', () => {
    const one = rig(hourly({ catchup: 'all' })).sleepUntil('2026-03-01T00:30Z');
    expect(one.times).toHaveLength(10);
    for (let ended = 0; ended < one.started.length; ended++) one.end(one.started[ended]?.id ?? '');
    const expected = ticksBetween(
      { kind: 'every', everyMs: HOUR },
      Date.parse('2026-01-01T00:30Z'),
      one.now,
      10_000,
    );
    expect(one.times).toEqual(expected.map((tick) => new Date(tick).toISOString().slice(0, 16)));
  });

  it('decides about what a pause has left out, too', () => {
    const paused = (catchup: 'none' | 'last' | 'all') =>
      rig(hourly({ catchup })).tell('pause').until('2026-01-01T03:00:10Z').tell('resume').times;
    expect(paused('none')).toEqual([]);
    expect(paused('last')).toEqual(['2026-01-01T03:00']);
    expect(paused('all')).toHaveLength(3);
  });
});

describe('ticks under restarts at any time', () => {
  it('start exactly one run each, with catchup all', () => {
    const pauses = fc.array(fc.integer({ min: 1, max: 40 * 60_000 }), { minLength: 1, maxLength: 30 });
    const overlap = fc.constantFrom('allow' as const, 'queue' as const);
    fc.assert(
      fc.property(pauses, overlap, fc.integer({ min: 60_000, max: 20 * 60_000 }), (sleeps, how, everyMs) => {
        const one = rig(hourly({ everyMs, catchup: 'all', overlap: how }));
        const begun = one.now;
        let ended = 0;
        for (const ms of sleeps) {
          one.sleepUntil(new Date(one.now + ms).toISOString());
          while (ended < one.started.length) one.end(one.started[ended++]?.id ?? '');
        }
        const expected = ticksBetween({ kind: 'every', everyMs }, begun + 1, one.now + 1, 10_000);
        expect(one.started.map(({ trigger }) => Date.parse(String(trigger['logical_time'])))).toEqual(
          expected,
        );
      }),
    );
  });
});

describe('a backfill', () => {
  const day = { from: Date.parse('2025-12-31T00:00Z'), to: Date.parse('2025-12-31T06:00Z') };

  it('starts the ticks of its range, so many at once, and tells how they ended', () => {
    const one = rig(hourly()).tell('backfill', { id: 'b', ...day, max_parallel: 2 });
    expect(one.times).toEqual(['2025-12-31T00:00', '2025-12-31T01:00']);
    one.end(one.started[0]?.id ?? '', 'failed');
    expect(one.times).toHaveLength(3);
    for (let ended = 1; ended < one.started.length; ended++) one.end(one.started[ended]?.id ?? '');
    expect(one.times.at(-1)).toBe('2025-12-31T05:00');
    expect(one.backfill('b')).toMatchObject({
      status: 'done',
      started: 6,
      ended: { succeeded: 5, failed: 1, cancelled: 0 },
    });
    expect(one.timers.size).toBe(1);
  });

  it('starts the runs that the schedule would have started, unless it is told to run again', () => {
    const scheduled = rig(hourly(), '2025-12-31T00:30Z').until('2025-12-31T01:30Z');
    const filled = rig(hourly()).tell('backfill', { id: 'b', ...day, max_parallel: 9 });
    expect(filled.started.map(({ id }) => id)).toContain(scheduled.started[0]?.id);
    const again = rig(hourly()).tell('backfill', { id: 'b', ...day, max_parallel: 9, rerun: true });
    expect(again.started.map(({ id }) => id)).not.toContain(scheduled.started[0]?.id);
  });

  it('is one, however often it is asked for', () => {
    const one = rig(hourly());
    for (let i = 0; i < 2; i++) one.tell('backfill', { id: 'b', ...day, max_parallel: 1 });
    expect(one.times).toHaveLength(1);
  });

  it('cancelled starts nothing more and cancels what it started', () => {
    const one = rig(hourly())
      .tell('backfill', { id: 'b', ...day, max_parallel: 2 })
      .tell('backfill_cancel', { id: 'b' });
    expect(one.sent.filter(({ type }) => type === 'cancel')).toHaveLength(2);
    for (const { id } of [...one.started]) one.end(id, 'cancelled');
    expect([one.times.length, one.backfill('b').status, one.backfill('b').active.length]).toEqual([
      2,
      'cancelled',
      0,
    ]);
  });
});

describe('after', () => {
  const following = (windowMs?: number): ScheduleTrigger => ({
    kind: 'after',
    namespace: 'default',
    workflow: 'ingest',
    on: ['success'],
    ...(windowMs === undefined ? {} : { windowMs }),
    inputs: {},
  });
  const upstream = (time: string, change = {}) => ({
    namespace: 'default',
    workflow: 'ingest',
    retries: 0,
    logical_time: `${time}:00.000Z`,
    scheduled: true,
    interval: null,
    outputs: { rows: 3 },
    ...change,
  });

  it('starts a run after each run that ended so, once', () => {
    const one = rig(following());
    for (let i = 0; i < 2; i++) one.end('U1', 'succeeded', upstream('2026-01-01T00:00'));
    one.end('U2', 'failed', upstream('2026-01-01T01:00'));
    one.end('U3', 'succeeded', upstream('2026-01-01T01:00', { workflow: 'other' }));
    expect(one.started.map(({ trigger }) => trigger)).toEqual([
      {
        type: 'after',
        workflow: 'ingest',
        run_id: 'U1',
        status: 'succeeded',
        logical_time: '2026-01-01T00:00:00.000Z',
        interval: null,
        outputs: { rows: 3 },
      },
    ]);
  });

  it('starts another when the run was taken up again', () => {
    const one = rig(following()).end('U1', 'failed', upstream('2026-01-01T00:00'));
    one.end('U1', 'succeeded', upstream('2026-01-01T00:00', { retries: 1 }));
    expect(one.started).toHaveLength(1);
  });

  it('with a window: once, when all its 24 hours have ended so, in whatever order', () => {
    const one = new ScheduleRig('2026-01-01T00:30Z').set(
      aSpec(following(24 * HOUR), { expects: [{ kind: 'every', everyMs: HOUR }] }),
    );
    const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
    for (const hour of hours.slice(1).reverse())
      one.end(`U${hour}`, 'succeeded', upstream(`2026-01-01T${hour}:00`));
    one.end('X', 'succeeded', upstream('2026-01-02T00:00'));
    one.end('U00', 'failed', upstream('2026-01-01T00:00'));
    one.end('manual', 'succeeded', upstream('2026-01-01T00:00', { scheduled: false }));
    expect(one.started).toEqual([]);
    for (let i = 0; i < 2; i++) one.end('U00', 'succeeded', upstream('2026-01-01T00:00', { retries: 1 }));
    expect(one.started.map(({ trigger }) => trigger)).toEqual([
      {
        type: 'after',
        workflow: 'ingest',
        logical_time: '2026-01-02T00:00:00.000Z',
        interval: { start: '2026-01-01T00:00:00.000Z', end: '2026-01-02T00:00:00.000Z' },
        runs: 24,
      },
    ]);
  });

  it('has nothing to backfill', () => {
    expect(rig(following()).tell('backfill', { id: 'b', from: 0, to: 1 }).answers.at(-1)).toMatchObject({
      ok: false,
      code: 'not_possible',
    });
  });
});
