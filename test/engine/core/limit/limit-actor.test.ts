/** A limit on its own: whatever is lost, doubled or late, never too many hold it, and nobody waits for nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, Turn } from '../../../../engine/core/decide/index.ts';
import { limitAddress, WHOLE_RUN } from '../../../../engine/core/limit/address.ts';
import { acquireMessage } from '../../../../engine/core/limit/ask.ts';
import { actorTimerKey, type Message, parseTimerKey } from '../../../../engine/core/message.ts';
import { newShardState } from '../../../../engine/core/shard-state.ts';
import { ActorRig } from './actor-rig.ts';

const ADDRESS = limitAddress('concurrency', 'default', 'db');

describe('a limit', () => {
  it('lets in as many as it allows, then whoever comes next when a place is free', () => {
    const rig = new ActorRig(ADDRESS, 2);
    for (const client of rig.clients.slice(0, 4)) client.ask();
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c0', 'c1']);
    rig.clients[0]?.leave();
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c1', 'c2']);
  });

  it('does not give away what an earlier attempt gives back twice', () => {
    const rig = new ActorRig(ADDRESS, 1);
    const [one, two] = rig.clients;
    one?.ask();
    rig.deliverAll();
    one?.leave();
    const late = rig.network.at(-1);
    rig.deliverAll();
    rig.now += 5;
    one?.ask();
    rig.deliverAll();
    two?.ask();
    if (late) rig.network.push(late);
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c0']);
  });

  it('takes nothing away when an operator lowers it, and lets nobody in before it has drained', () => {
    const rig = new ActorRig(ADDRESS, 3);
    for (const client of rig.clients.slice(0, 4)) client.ask();
    rig.deliverAll();
    rig.operate('set', { limit: 1 });
    rig.deliverAll();
    expect(rig.holding()).toHaveLength(3);
    rig.clients[0]?.leave();
    rig.clients[1]?.leave();
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c2']);
    rig.operate('reset', {});
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c2', 'c3']);
  });

  it('finds out by asking who is gone, and is forgotten when nobody uses it', () => {
    const rig = new ActorRig(ADDRESS, 1);
    rig.clients[0]?.ask();
    rig.deliverAll();
    rig.clients[0]?.die();
    rig.clients[1]?.ask();
    rig.quieten();
    expect(rig.holding()).toEqual(['c1']);
    rig.clients[1]?.leave();
    rig.quieten();
    expect(rig.documents().size).toBe(0);
    expect(rig.timers.size).toBe(0);
  });

  it('keeps its limit under kills, losses and any order, and is used to the full once things are quiet', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(10_000), { maxLength: 150 }),
        (limit, dice) => {
          const rig = new ActorRig(ADDRESS, limit);
          for (const roll of dice) {
            rig.step(roll);
            expect(rig.holding().length).toBeLessThanOrEqual(limit);
          }
          rig.quieten();
          const wanting = rig.clients.filter(({ phase }) => phase !== 'idle').length;
          expect(rig.holding()).toHaveLength(Math.min(limit, wanting));
          for (const client of rig.clients) client.leave();
          rig.quieten();
          expect(rig.documents().size).toBe(0);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('a limit with cancel_running that was lowered by thousands', () => {
  it('cancels in portions that a commit takes, and all of them in the end', () => {
    const shard = newShardState(0, new Map());
    const timers = new Map<string, number>();
    const cancelled = new Set<string>();
    const sizes: number[] = [];
    const take = (...messages: readonly Message[]) => {
      const turn = new Turn(shard, 1_000_000);
      for (const message of messages) decide(turn, message);
      const { commit, posts } = turn.finish(null);
      for (const [timer, due] of commit.timers.set) timers.set(timer, due);
      for (const timer of commit.timers.remove) timers.delete(timer);
      for (const [, post] of posts)
        if (post.kind === 'message' && post.message.type === 'cancel') cancelled.add(post.message.run);
      sizes.push(posts.length + (commit.documents?.set.length ?? 0));
    };
    const runs = Array.from({ length: 1_200 }, (_, i) => `r${i}`);
    const ask = (run: string, born: number, onLimit: 'queue' | 'cancel_running'): Message =>
      acquireMessage(ADDRESS, {
        run,
        node: WHOLE_RUN,
        generation: 0,
        attempt: 0,
        at: 1,
        born,
        priority: 5,
        fairness: '',
        cost: 1,
        workflow: 'w',
        label: '',
        declared: { limit: 5_000, workflow: 'w', at: 1 },
        onLimit,
      });
    for (const [i, run] of runs.entries()) take(ask(run, i, 'queue'));
    take({ type: 'actor', to: ADDRESS, name: 'set', body: { limit: 1 } });
    sizes.length = 0;
    take(ask('newest', 9_999, 'cancel_running'));
    expect(cancelled.size).toBeLessThan(600);
    const room = actorTimerKey(ADDRESS, 'room');
    while (timers.has(room)) {
      timers.delete(room);
      take(parseTimerKey(room));
    }
    expect(cancelled).toEqual(new Set(runs));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_002);
  });
});
