/** Alerts: each episode is told once when it begins and once when it ends, whatever comes twice, late or in another order. */
import { describe, expect, it } from 'vitest';
import { decide, type ShardFacts, Turn, unruledMessages } from '../../../../engine/core/decide/index.ts';
import {
  type ActorMessage,
  actorTimerKey,
  type Message,
  parseTimerKey,
} from '../../../../engine/core/message.ts';
import {
  type Alert,
  type AlertTarget,
  isAlertField,
  readAlert,
} from '../../../../engine/core/notification/alert.ts';
import { alertMessage, repliedMessage, tellMessage } from '../../../../engine/core/notification/message.ts';
import {
  type Notification,
  notificationsAddress,
} from '../../../../engine/core/notification/notification.ts';
import { observedMessage, WATCH_ADDRESS, Watcher } from '../../../../engine/core/notification/watch.ts';
import { usualMsOf } from '../../../../engine/core/progress/usual-time.ts';
import { newShardState } from '../../../../engine/core/shard-state.ts';
import { aPlan } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const TO = notificationsAddress('default', 'etl');
const EVERYTHING: AlertTarget = {
  channel: 'ops',
  on: ['failure', 'recovered', 'late', 'slow', 'queue_stuck', 'worker_lost', 'schedule_missed'],
};

/** The actor alone. */
class Keeper {
  readonly shard = newShardState(0, new Map());
  readonly sent: Notification[] = [];
  readonly timers = new Map<string, number>();
  readonly watcher = new Watcher();
  now = 1_000_000;
  rules: readonly AlertTarget[] = [EVERYTHING];
  /** Whether the receiver takes what is sent, refuses it, or does not answer. */
  receiver: 'takes' | 'refuses' | 'silent' = 'takes';

  take(message: Message): this {
    const turn = new Turn(this.shard, this.now, {
      workersOf: () => [],
      subscribersOf: () => [],
      alertsOf: () => this.rules,
    });
    decide(turn, message);
    const { commit, posts } = turn.finish(null);
    for (const [key, due] of commit.timers.set) this.timers.set(key, due);
    for (const [, post] of posts) {
      if (post.kind !== 'delivery') continue;
      this.sent.push(post.notification);
      if (this.receiver === 'silent') continue;
      const failed = { kind: 'failed', error: '503' } as const;
      const reply = this.receiver === 'takes' ? ({ kind: 'delivered' } as const) : failed;
      this.take(repliedMessage(post.to, post.notification.id, post.attempt, reply));
    }
    return this;
  }

  /** Another owner, by these rules. */
  takeOver(rules: readonly AlertTarget[]): this {
    this.rules = rules;
    for (const message of unruledMessages(this.shard.actors, () => rules)) this.take(message);
    return this;
  }

  /** Lets time pass until the last timer. */
  wait(): this {
    for (const [key, due] of [...this.timers].sort((a, b) => a[1] - b[1])) {
      this.now = Math.max(this.now, due);
      this.timers.delete(key);
      this.take(parseTimerKey(key));
    }
    return this;
  }

  /** The end of a run, as its shard tells it by the rule for failures and recoveries. */
  end(run: string, status: 'failed' | 'succeeded', at: number): this {
    const target = { kind: 'channel', channel: 'ops' } as const;
    const about = { namespace: 'default', target, at, text: run, data: {}, secrets: [] };
    const told =
      status === 'failed'
        ? { ...about, id: run, type: 'run.failed' as const, onlyIfFirst: true }
        : { ...about, id: run, type: 'run.recovered' as const, onlyIfRecovered: true };
    return this.take(tellMessage(TO, [told], { run, status, at, alert: `etl: ${run} ${status}` }));
  }

  /** Somebody looks, so long after the last time. */
  look(ms: number, workers: readonly string[], more: { left?: string[]; queues?: object[] } = {}): this {
    this.now += ms;
    const names = Object.fromEntries(workers.map((name) => [`${name}#1`, { name, queues: ['default'] }]));
    const { left = [], queues = [] } = more;
    const sight = { now: this.now, workers: names, left, queues: queues as [] };
    const observed = this.watcher.look(sight, this.shard.actors.get(WATCH_ADDRESS) ?? new Map());
    return observed ? this.take(observedMessage(observed)) : this;
  }

  alerts(address: string): Alert[] {
    return [...(this.shard.actors.get(address) ?? [])].flatMap(([field, value]) =>
      isAlertField(field) ? (readAlert(value) ?? []) : [],
    );
  }

  get told(): string[] {
    return this.sent.map(({ type, text }) => `${type}: ${text}`);
  }
}

const late = (state: 'firing' | 'resolved', at: number, since = 5): ActorMessage => {
  const target = { kind: 'channel', channel: 'ops' } as const;
  const text = `it is ${state}`;
  const told = {
    id: `${state} ${since}`,
    namespace: 'default',
    type: `alert.${state}`,
    target,
    at,
    text,
    data: {},
    secrets: [],
  } as const;
  return alertMessage(TO, { rule: 'late', subject: 'r1', state, since, at, summary: text, run: 'r1' }, [
    told,
  ]);
};

describe('an episode', () => {
  it('is told once when it begins and once when it ends, however often the news comes', () => {
    const keeper = new Keeper();
    for (const state of ['firing', 'resolved'] as const)
      for (let i = 0; i < 3; i++) keeper.take(late(state, state === 'firing' ? 5 : 9));
    keeper.take(late('firing', 5));
    expect(keeper.told).toEqual(['alert.firing: it is firing', 'alert.resolved: it is resolved']);
    expect(keeper.alerts(TO)).toMatchObject([{ state: 'resolved', since: 5, resolvedAt: 9, count: 1 }]);
    const [first, second] = keeper.sent.map(({ data }) => data['alert']);
    expect(first).toMatchObject({ rule: 'late', subject: 'r1', state: 'firing' });
    expect(second).toMatchObject({ id: (first as { id: string }).id, state: 'resolved' });
  });

  it('is told of whole when its end comes before its beginning', () => {
    const keeper = new Keeper().take(late('resolved', 9)).take(late('resolved', 9));
    expect(keeper.told).toEqual([]);
    keeper.take(late('firing', 5)).take(late('firing', 5));
    expect(keeper.told).toEqual(['alert.firing: it is firing', 'alert.resolved: it is resolved']);
    expect(keeper.alerts(TO)).toMatchObject([{ state: 'resolved' }]);
  });

  it.each(['refuses', 'silent'] as const)(
    'is not said to be over to who has not heard of it: %s',
    (receiver) => {
      const keeper = new Keeper();
      keeper.receiver = receiver;
      keeper.take(late('firing', 5)).take(late('resolved', 9));
      expect(keeper.told).toEqual(['alert.firing: it is firing']);
      keeper.receiver = 'takes';
      if (receiver === 'silent') keeper.take(repliedMessage(TO, 'firing 5', 1, { kind: 'delivered' }));
      else keeper.wait();
      expect(keeper.told.slice(-2)).toEqual(['alert.firing: it is firing', 'alert.resolved: it is resolved']);
    },
  );

  it('is said to be over all the same once its beginning was given up; another one waits for neither', () => {
    const keeper = new Keeper();
    keeper.receiver = 'silent';
    keeper.take(late('firing', 5)).take(late('resolved', 9));
    keeper.take(late('firing', 20, 20));
    expect(keeper.told).toEqual(['alert.firing: it is firing', 'alert.firing: it is firing']);
    keeper.take(repliedMessage(TO, 'firing 5', 1, { kind: 'failed', error: '410', isFinal: true }));
    expect(keeper.told.slice(2)).toEqual(['alert.resolved: it is resolved']);
  });

  it('is another one when it begins again', () => {
    const keeper = new Keeper()
      .take(late('firing', 5))
      .take(late('resolved', 9))
      .take(late('firing', 20, 20));
    expect(keeper.told).toHaveLength(3);
    expect(keeper.alerts(TO)).toMatchObject([{ state: 'firing', since: 20 }]);
  });
});

it('a workflow that fails run after run is one alert, which its next success ends', () => {
  const keeper = new Keeper();
  keeper.end('r1', 'failed', 1).end('r2', 'failed', 2).end('r2', 'failed', 2);
  expect(keeper.alerts(TO)).toMatchObject([
    { rule: 'failure', state: 'firing', since: 1, count: 2, run: 'r2' },
  ]);
  keeper.end('r3', 'succeeded', 3).end('r4', 'succeeded', 4);
  expect(keeper.told).toEqual(['run.failed: r1', 'run.recovered: r3']);
  expect(keeper.sent.map(({ data }) => (data['alert'] as { state: string }).state)).toEqual([
    'firing',
    'resolved',
  ]);
  expect(keeper.alerts(TO)).toMatchObject([{ state: 'resolved', resolvedAt: 3 }]);
});

describe('a failing workflow that no rule asks for any more', () => {
  it('is closed without a word, a while after its rule has gone', () => {
    const keeper = new Keeper().end('r1', 'failed', 1).takeOver([{ ...EVERYTHING, on: ['success'] }]);
    expect(keeper.alerts(TO)).toMatchObject([{ state: 'firing' }]);
    keeper.wait();
    expect(keeper.alerts(TO)).toMatchObject([{ rule: 'failure', state: 'resolved', resolvedAt: keeper.now }]);
    expect(keeper.told).toEqual(['run.failed: r1']);
    keeper.takeOver([EVERYTHING]).end('r2', 'failed', keeper.now + 1);
    expect(keeper.told).toEqual(['run.failed: r1', 'run.failed: r2']);
  });

  it('goes on when the rule comes back in time, or when nobody knows any rules', () => {
    const keeper = new Keeper().end('r1', 'failed', 1).takeOver([]).takeOver([EVERYTHING]).wait();
    expect(unruledMessages(keeper.shard.actors, undefined)).toEqual([]);
    expect(keeper.alerts(TO)).toMatchObject([{ state: 'firing' }]);
  });

  it('is closed as well when its failure comes from an orchestrator that still knows the rule', () => {
    const keeper = new Keeper().takeOver([]).end('r1', 'failed', 1).end('r2', 'failed', 2);
    expect(keeper.alerts(TO)).toMatchObject([{ state: 'firing', count: 2 }]);
    expect(keeper.wait().alerts(TO)).toMatchObject([{ state: 'resolved' }]);
    expect(keeper.told).toEqual(['run.failed: r1']);
  });
});

describe('workers', () => {
  it('is lost who is gone without having left, until somebody stands in', () => {
    const keeper = new Keeper().look(0, ['a', 'b', 'c']).look(2_000, ['a', 'b', 'c']);
    keeper.look(2_000, ['a', 'b'], { left: ['c#1'] });
    expect(keeper.alerts(WATCH_ADDRESS)).toEqual([]);
    for (let i = 0; i < 7; i++) keeper.look(2_000, ['a']);
    expect(keeper.told).toEqual(['alert.firing: worker b is gone, and has not left: it served default']);
    keeper.look(2_000, ['a', 'd']).look(2_000, ['a', 'd']);
    expect(keeper.told[1]).toBe('alert.resolved: worker b was lost: d has come in its place');
    expect(keeper.sent).toHaveLength(2);
  });

  it('who is silent for a moment, or was gone while nobody looked, is not lost', () => {
    const keeper = new Keeper().look(0, ['a', 'b']).look(2_000, []).look(4_000, ['a', 'b']);
    keeper.look(60_000, ['a']).look(20_000, ['a']);
    expect(keeper.told).toEqual([]);
  });

  it('nobody waits for ever for one that is lost', () => {
    const keeper = new Keeper().look(0, ['a', 'b']);
    for (let i = 0; i < 8; i++) keeper.look(2_000, ['a']);
    const key = actorTimerKey(WATCH_ADDRESS, 'lost-b');
    keeper.now = keeper.timers.get(key) ?? 0;
    keeper.take(parseTimerKey(key));
    expect(keeper.alerts(WATCH_ADDRESS)).toMatchObject([{ rule: 'worker_lost', state: 'resolved' }]);
  });
});

it('a queue is stuck when nobody serves it, or free slots take nothing, and not when all slots are taken', () => {
  const keeper = new Keeper();
  const busy = { waiting: 4, oldestAt: 0, workers: 1, slots: 2 };
  const queues = [
    { ...busy, name: 'gpu', workers: 0, slots: 0, running: 0 },
    { ...busy, name: 'full', running: 2 },
    { ...busy, name: 'idle', running: 1 },
  ];
  for (let i = 0; i < 10; i++) keeper.look(10_000, ['a'], { queues });
  expect(keeper.told).toEqual(['alert.firing: queue gpu: 4 nodes wait, and no worker serves it']);
  for (let i = 0; i < 25; i++) keeper.look(10_000, ['a'], { queues });
  expect(keeper.told[1]).toMatch(/queue idle: 4 nodes wait, and nobody takes them, though 1 of 2/);
  keeper.look(10_000, ['a'], { queues: queues.slice(1) });
  expect(keeper.told.slice(2)).toEqual(['alert.resolved: queue gpu: it goes on']);
});

describe('runs', () => {
  const facts = (usualMs: number | null | undefined): ShardFacts => ({
    workersOf: () => [],
    subscribersOf: () => [],
    alertsOf: () => [{ ...EVERYTHING, text: 'see ${{ run.id }}' }],
    usualMs: () => usualMs,
  });
  const newsOf = (rig: ShardRig) =>
    rig.posts.flatMap((post) =>
      post.kind === 'message' && post.message.type === 'actor' && post.message.name === 'alert'
        ? [post.message.body]
        : [],
    );

  it('that is late is an alert until it ends, with the text of the rule', () => {
    const rig = new ShardRig(aPlan(['a'], { deadlineMs: 1_000 }), { facts: facts(null) }).start();
    rig.wait(1_001).succeed('a');
    expect(newsOf(rig)).toMatchObject([
      {
        alert: { rule: 'late', state: 'firing' },
        notifications: [{ type: 'run.late', text: expect.stringMatching(/^see 0/) }],
      },
      { alert: { rule: 'late', state: 'resolved' }, notifications: [{ type: 'alert.resolved' }] },
    ]);
    expect(rig.run.header.alerts).toBeUndefined();
  });

  it('that takes longer than usual is an alert, also when what is usual was not known at first', () => {
    let usual: number | undefined;
    const rig = new ShardRig(aPlan(['a']), { facts: { ...facts(null), usualMs: () => usual } }).start();
    rig.wait(30_001);
    usual = 60_000;
    rig.wait(30_001);
    expect(newsOf(rig)).toEqual([]);
    rig.wait(20_000);
    expect(newsOf(rig)).toMatchObject([{ alert: { rule: 'slow', state: 'firing' } }]);
    rig.succeed('a');
    expect(newsOf(rig)[1]).toMatchObject({ alert: { rule: 'slow', state: 'resolved' } });
  });

  it('of a workflow that has run too rarely are never slow', () => {
    const rig = new ShardRig(aPlan(['a']), { facts: facts(null) }).start().wait(10_000_000);
    expect(newsOf(rig)).toEqual([]);
  });
});

it('usual is what 95 of 100 runs did not exceed, each run counted once', () => {
  const sample = (ms: number) => ({ run: `r${ms}`, ms });
  expect(usualMsOf([1, 2, 3, 4].map(sample))).toBeNull();
  expect(usualMsOf([4, 1, 2, 3, 5, 5, 5].map(sample))).toBe(5);
  expect(usualMsOf(Array.from({ length: 40 }, (_, i) => sample(i)))).toBe(37);
});
