/** The account of a run: every stretch of work is charged once, whatever became of it. */
import { describe, expect, it } from 'vitest';
import { NOTHING_LEARNED } from '../../../../engine/core/forecast/index.ts';
import type { AttemptOutcome } from '../../../../engine/core/message.ts';
import { packRecord, RECORD_BYTES } from '../../../../engine/core/node-record.ts';
import { type RunView, viewRun } from '../../../../engine/runtime/client/run-view.ts';
import { aFanOut, aPlan, aRetry, aTask, START_MS, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

/** An hour of it costs 3,600: a second costs one. */
const PER_SECOND = { costPerHour: 3_600 };
const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks)).start();
const success = (cost?: number): AttemptOutcome => ({
  status: 'succeeded',
  outputs: {},
  ...(cost === undefined ? {} : { cost }),
});

/** A worker has the node for so long. */
function work(rig: ShardRig, node: string, seconds: number, outcome: AttemptOutcome = success()): void {
  rig.claim(node);
  rig.wait(seconds * 1_000);
  rig.deliver(rig.outcome(node, outcome));
}

const FAILURE: AttemptOutcome = { status: 'failed', error: { code: 'exit_code', message: 'no' } };

function viewOf(rig: ShardRig): RunView {
  const { header, nodes } = rig.restore();
  const records = new Uint8Array(nodes.length * RECORD_BYTES);
  for (const [i, record] of nodes.entries())
    packRecord(record, header.createdAt, new DataView(records.buffer), i * RECORD_BYTES);
  const known = { now: rig.now, learned: NOTHING_LEARNED, events: rig.events };
  return viewRun({ header, records, outputs: new Map() }, rig.plan, known);
}

/** What commits added to the sums of days, by day. */
function daysOf(rig: ShardRig): Map<number, number> {
  const days = new Map<number, number>();
  for (const { day, cost } of rig.commits.flatMap(({ costs = [] }) => costs))
    days.set(day, (days.get(day) ?? 0) + cost);
  return days;
}

describe('the account of a run', () => {
  it('has the time of each attempt by the rate of its task, also of those that failed', () => {
    const rig = rigOf(aTask('a', [], { ...PER_SECOND, retry: aRetry(2) }), 'free');
    work(rig, 'a', 2, FAILURE);
    rig.wait(1_000);
    work(rig, 'a', 3);
    work(rig, 'free', 5);
    expect(rig.header).toMatchObject({ status: 'succeeded', cost: 5 });
    expect(viewOf(rig)).toMatchObject({ cost: 5, nodes: [{ cost: 5 }, { cost: null }] });
  });

  it('is absent where nobody counts', () => {
    const rig = rigOf('a');
    work(rig, 'a', 2);
    expect(rig.header.cost).toBeUndefined();
    expect(viewOf(rig)).toMatchObject({ cost: null, nodes: [{ cost: null }] });
    expect(rig.commits.every(({ costs }) => costs === undefined)).toBe(true);
  });

  it('keeps what was spent before a node was done again, also of items that are history', () => {
    const fan = aFanOut('f', 2, { ...PER_SECOND, failFast: false, maxFailures: { count: 2 } });
    const rig = rigOf(fan, aTask('last', ['f'], PER_SECOND));
    work(rig, 'f[0]', 1);
    work(rig, 'f[1]', 2);
    work(rig, 'last', 4);
    expect(rig.header.cost).toBe(7);
    rig.ask({ type: 'retry', scope: 'all' });
    work(rig, 'f[0]', 8);
    work(rig, 'f[1]', 16);
    work(rig, 'last', 32);
    expect(rig.header).toMatchObject({ status: 'succeeded', retries: 1, cost: 63 });
    expect(viewOf(rig).cost).toBe(63);
  });

  it('goes on where a worker died and another took over', () => {
    const rig = rigOf(aTask('a', [], PER_SECOND));
    rig.claim('a');
    rig.wait(3_000).claim('a');
    rig.wait(2_000);
    rig.deliver(rig.outcome('a', success()));
    expect(rig.header.cost).toBe(5);
    expect(viewOf(rig).nodes[0]?.cost).toBe(5);
  });

  it('has what was spent on a node that somebody marked while it ran', () => {
    const rig = rigOf(aTask('a', [], PER_SECOND));
    rig.claim('a');
    rig.wait(3_000).ask({ type: 'mark', node: 'a', as: 'succeeded' });
    expect(rig.header).toMatchObject({ status: 'succeeded', cost: 3 });
    expect(viewOf(rig).nodes[0]?.cost).toBe(3);
  });

  it('has what was spent when a run is cancelled, and nothing for what waited', () => {
    const rig = rigOf(aTask('a', [], PER_SECOND), aTask('b', ['a'], PER_SECOND));
    rig.claim('a');
    rig.wait(3_000).cancel();
    rig.deliver(rig.outcome('a', { status: 'cancelled' }));
    expect(rig.header).toMatchObject({ status: 'cancelled', cost: 3 });
  });

  it('costs nothing to wait between iterations', () => {
    const repeat = { until: 'self.iteration == 2', delayMs: 60_000 };
    const rig = rigOf(aTask('a', [], { ...PER_SECOND, repeat }));
    work(rig, 'a', 2);
    rig.wait(60_000);
    work(rig, 'a', 3);
    expect(rig.header).toMatchObject({ status: 'succeeded', cost: 5 });
    expect(viewOf(rig).nodes[0]?.cost).toBe(5);
  });

  it('stands in what is stored, for whoever takes over', () => {
    const rig = new ShardRig(aPlan([aTask('a', [], { ...PER_SECOND, retry: aRetry(3) })]), {
      forgetful: true,
    }).start();
    work(rig, 'a', 1, FAILURE);
    rig.wait(1_000);
    work(rig, 'a', 1);
    expect(rig.restore().header.cost).toBe(2);
  });
});

describe('what work reports', () => {
  it.each([success(0.25), { ...FAILURE, cost: 0.25 }, { status: 'cancelled', cost: 0.25 } as const])(
    'stands for its time: %j',
    (outcome) => {
      const rig = rigOf(aTask('a', [], PER_SECOND));
      work(rig, 'a', 2, outcome);
      expect(rig.header.cost).toBe(0.25);
      expect(viewOf(rig)).toMatchObject({ cost: 0.25, nodes: [{ cost: 0.25 }] });
    },
  );

  it('needs no rate', () => {
    const rig = rigOf('a', 'b');
    work(rig, 'a', 2, success(0));
    work(rig, 'b', 2);
    expect(viewOf(rig)).toMatchObject({ cost: 0, nodes: [{ cost: 0 }, { cost: null }] });
  });

  it('is of its own delivery: what a worker that died had done is counted by time', () => {
    const rig = rigOf(aTask('a', [], PER_SECOND));
    rig.claim('a');
    rig.wait(3_000).claim('a');
    rig.wait(2_000);
    rig.deliver(rig.outcome('a', success(0.5)));
    expect(rig.header.cost).toBe(3.5);
  });
});

describe('the sums of days', () => {
  it('have what was charged on each day by UTC, of all that the run cost', () => {
    const rig = rigOf(aTask('a', [], PER_SECOND), aTask('b', ['a'], PER_SECOND));
    work(rig, 'a', 10);
    rig.wait(86_400_000 - 20_000);
    work(rig, 'b', 20);
    expect(daysOf(rig)).toEqual(
      new Map([
        [START_MS, 10],
        [START_MS + 86_400_000, 20],
      ]),
    );
    expect(rig.header.cost).toBe(30);
    expect(rig.commits.flatMap(({ costs = [] }) => costs)[0]).toMatchObject({
      namespace: 'default',
      workflow: 'built',
    });
  });
});
