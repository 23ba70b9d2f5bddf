import { expect, it } from 'vitest';
import { decide, Turn } from '../../../../engine/core/decide/index.ts';
import type { Json } from '../../../../engine/core/json.ts';
import { actorTimerKey, type Message, parseTimerKey } from '../../../../engine/core/message.ts';
import { type Delivery, MAX_ATTEMPTS, readDelivery } from '../../../../engine/core/notification/document.ts';
import { repliedMessage, type Told, tellMessage } from '../../../../engine/core/notification/message.ts';
import {
  type Notification,
  notificationsAddress,
} from '../../../../engine/core/notification/notification.ts';
import { newShardState } from '../../../../engine/core/shard-state.ts';
import { aPlan } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const TO = notificationsAddress('default', 'etl');

function aNotification(change: Partial<Told> = {}): Told {
  const target = { kind: 'channel', channel: 'ops' } as const;
  const about = { type: 'run.failed', at: 0, text: 'it failed', data: { run: 'r' }, secrets: [] } as const;
  return { id: 'msg_1', namespace: 'default', target, ...about, ...change };
}

/** The actor alone, with what its commits leave. */
class Rig {
  readonly shard = newShardState(0, new Map());
  readonly sent: Notification[] = [];
  readonly timers = new Map<string, number>();
  now = 1_000;

  take(message: Message): this {
    const turn = new Turn(this.shard, this.now);
    decide(turn, message);
    const { commit, posts } = turn.finish(null);
    for (const [key, due] of commit.timers.set) this.timers.set(key, due);
    for (const [, post] of posts) if (post.kind === 'delivery') this.sent.push(post.notification);
    return this;
  }

  reply(error?: string, more: { isFinal?: boolean; retryAfterMs?: number } = {}): this {
    const attempt = this.delivery?.attempt ?? 0;
    const reply =
      error === undefined ? { kind: 'delivered' as const } : { kind: 'failed' as const, error, ...more };
    return this.take(repliedMessage(TO, 'msg_1', attempt, reply));
  }

  /** The pause is over. */
  wake(): this {
    const key = actorTimerKey(TO, 'again-msg_1');
    this.now = this.timers.get(key) ?? this.now;
    return this.take(parseTimerKey(key));
  }

  get delivery(): Delivery | undefined {
    return readDelivery(this.shard.actors.get(TO)?.get('d:msg_1'));
  }
}

it('a notification that is told twice is sent once', () => {
  const message = tellMessage(TO, [aNotification()]);
  const rig = new Rig().take(message).take(message).reply().take(message);
  expect(rig.sent.map(({ id }) => id)).toEqual(['msg_1']);
  expect(rig.delivery).toMatchObject({ state: 'delivered', attempt: 1 });
});

it('a failed attempt is repeated after growing pauses, and then lies there with its reason', () => {
  const rig = new Rig().take(tellMessage(TO, [aNotification()]));
  const pauses: number[] = [];
  for (let i = 1; i < MAX_ATTEMPTS; i++) {
    const failedAt = rig.now;
    rig.reply('503').wake();
    pauses.push(rig.now - failedAt);
  }
  rig.reply('still 503');
  expect(pauses.slice(0, 4)).toEqual([5_000, 30_000, 120_000, 600_000]);
  expect(rig.sent).toHaveLength(MAX_ATTEMPTS);
  expect(rig.delivery).toMatchObject({ state: 'dead', error: 'still 503' });
});

it('what a receiver asks for is waited for, and what cannot help is not tried', () => {
  const waiting = new Rig().take(tellMessage(TO, [aNotification()])).reply('429', { retryAfterMs: 60_000 });
  expect(waiting.delivery).toMatchObject({ state: 'waiting', nextAt: 61_000 });
  const gone = new Rig().take(tellMessage(TO, [aNotification()])).reply('410', { isFinal: true });
  expect(gone.delivery?.state).toBe('dead');
});

it('an old reply changes nothing', () => {
  const rig = new Rig()
    .take(tellMessage(TO, [aNotification()]))
    .reply('503')
    .wake();
  rig.take(repliedMessage(TO, 'msg_1', 1, { kind: 'failed', error: 'late', isFinal: true }));
  expect(rig.delivery).toMatchObject({ state: 'sending', attempt: 2 });
});

it('a person tries again what was given up, with all attempts before it', () => {
  const rig = new Rig().take(tellMessage(TO, [aNotification()])).reply('410', { isFinal: true });
  rig.take({ type: 'actor', to: TO, name: 'retry', body: {} }).reply('503');
  expect(rig.delivery).toMatchObject({ state: 'waiting', attempt: 2, nextAt: rig.now + 5_000 });
});

it('recovered is told of the first success after a failure only', () => {
  const rig = new Rig();
  const end = (run: string, status: string, at: number) =>
    rig.take(
      tellMessage(TO, [aNotification({ id: run, type: 'run.recovered', onlyIfRecovered: true })], {
        run,
        status,
        at,
      }),
    );
  end('r1', 'succeeded', 1);
  end('r2', 'failed', 2);
  end('r2', 'failed', 2);
  end('r3', 'cancelled', 3);
  end('r4', 'succeeded', 4);
  end('r5', 'succeeded', 5);
  expect(rig.sent.map(({ id }) => id)).toEqual(['r4']);
});

function toldBy(change: Parameters<typeof aPlan>[1], work: (rig: ShardRig) => ShardRig): Json[] {
  const rig = work(new ShardRig(aPlan(['a'], change)).start());
  return rig.posts.flatMap((post) =>
    post.kind === 'message' && post.message.type === 'actor' && post.message.name === 'tell'
      ? (post.message.body['notifications'] as Json[])
      : [],
  );
}

it('the end of a run is told to the channels that want it, with their own text', () => {
  const notify = [
    { channel: 'ops', on: ['failure'], text: '${{ run.workflow }} ended: ${{ run.status }}' },
    { channel: 'quiet', on: ['success'] },
  ] as const;
  const told = toldBy({ notify }, (rig) => rig.fail('a'));
  expect(told).toMatchObject([
    { type: 'run.failed', target: { channel: 'ops' }, text: expect.stringMatching(/ended: failed$/) },
  ]);
});

it('a text that cannot be resolved is told beside what happened, and nothing is lost', () => {
  const notify = [{ channel: 'ops', on: ['failure'], text: '${{ tasks.a.outputs.n }}' }] as const;
  const told = toldBy({ notify }, (rig) => rig.fail('a'));
  expect(JSON.stringify(told)).toContain('its text cannot be resolved');
});

it('a callback gets every end, with the outputs', () => {
  const callback = { url: 'https://example.com/${{ run.id }}', secret: 'HOOK' };
  const outputs = { n: '${{ tasks.a.outputs.n }}' };
  const told = toldBy({ callback, outputs }, (rig) => rig.succeed('a', { n: 4 }));
  expect(told).toMatchObject([
    {
      type: 'run.succeeded',
      target: { kind: 'callback', url: expect.stringMatching(/com\/[0-9A-Z]{26}$/), secret: 'HOOK' },
      data: { status: 'succeeded', outputs: { n: 4 } },
    },
  ]);
});
