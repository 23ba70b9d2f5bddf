/** Contract of life and death of sessions: `deadSessions`, and what a death does to claims. Sessions die within a second here. */
import { describe, expect, it } from 'vitest';
import { SENT } from '../../../engine/core/flight.ts';
import { eventually, passTime } from '../passing-time.ts';
import { aSettled, claimName, flightOf, messagesOf, own, SHARD, withFlights } from './builders.ts';
import { type MakeShardStore, openSubjects, type ShardStoreSubject } from './subject.ts';

export function sessionCases(make: MakeShardStore): void {
  const open = openSubjects(make);
  const untilDead = (subject: ShardStoreSubject, session: string, renew = async () => {}) =>
    eventually(
      subject,
      async () => {
        await renew();
        return subject.store.deadSessions(SHARD, [session]);
      },
      (dead) => dead.has(session),
    );

  describe('a session that gives no sign', () => {
    it('is alive at first and dead later', async () => {
      const subject = await open({ deadAfterMs: 1_000 });
      await own(subject.store);
      await subject.store.beat(SHARD, 's1', []);
      expect(await subject.store.deadSessions(SHARD, ['s1'])).toEqual(new Set());
      expect(await untilDead(subject, 's1')).toEqual(new Set(['s1']));
    });

    it('loses its claim to the next that asks: one delivery and one death more', async () => {
      const subject = await open({ deadAfterMs: 100 });
      const { store } = subject;
      await withFlights(store, { 0: SENT });
      await store.claim(claimName(), 's1');
      const reply = await eventually(
        subject,
        () => store.claim(claimName(), 's2'),
        ({ kind }) => kind !== 'busy',
      );
      expect(reply).toMatchObject({ kind: 'granted', delivery: 2 });
      expect(await flightOf(store)).toBe('c|2|1|s2');
    });

    it('leaves nothing to claim where it was told to stop', async () => {
      const subject = await open({ deadAfterMs: 100 });
      const { store } = subject;
      await withFlights(store, { 0: 'x|1|0|s1' });
      await untilDead(subject, 's1');
      expect(await store.claim(claimName(), 's2')).toEqual({ kind: 'gone' });
      expect(await flightOf(store)).toBe('x|1|0|s1');
    });

    it('settles late after its claim went to another, and may not settle for it', async () => {
      const subject = await open({ deadAfterMs: 100 });
      const { store } = subject;
      await withFlights(store, { 0: SENT });
      await store.claim(claimName(), 's1');
      await untilDead(subject, 's1');
      await store.claim(claimName(), 's2');
      expect(await store.settle(claimName(), 's1', aSettled({ delivery: 1 }))).toBe('late');
      expect(await store.settle(claimName(), 's1', aSettled({ delivery: 2 }))).toBe('late');
      expect(await store.settle(claimName(), 's2', aSettled({ delivery: 2, worker: 'w2' }))).toBe('accepted');
      expect((await messagesOf(store)).map(({ type }) => type)).toEqual(['late', 'late', 'settled']);
    });

    it('keeps its claim, and may settle, as long as nobody else asked', async () => {
      const subject = await open({ deadAfterMs: 100 });
      const { store } = subject;
      await withFlights(store, { 0: SENT });
      await store.claim(claimName(), 's1');
      await untilDead(subject, 's1');
      expect(await store.settle(claimName(), 's1', aSettled())).toBe('accepted');
    });

    it('is alive again with its next beat, or its next claim', async () => {
      const subject = await open({ deadAfterMs: 1_000 });
      const { store } = subject;
      await own(store);
      await untilDead(subject, 's1');
      await store.beat(SHARD, 's1', []);
      expect(await store.deadSessions(SHARD, ['s1', 's2'])).toEqual(new Set(['s2']));
      await store.claim(claimName(), 's2');
      expect(await store.deadSessions(SHARD, ['s2'])).toEqual(new Set());
    });

    it('is known to be alive only on the shard where it beats', async () => {
      const subject = await open({ deadAfterMs: 100 });
      const { store } = subject;
      await own(store);
      await store.acquire(SHARD + 1, 'o1', 3_600_000);
      await eventually(
        subject,
        async () => {
          await store.beat(SHARD, 's1', []);
          return store.deadSessions(SHARD + 1, ['s1']);
        },
        (dead) => dead.has('s1'),
      );
      await store.beat(SHARD, 's1', []);
      expect(await store.deadSessions(SHARD, ['s1'])).toEqual(new Set());
      expect(await store.deadSessions(SHARD, [])).toEqual(new Set());
    });

    it('is dead although the owner renews without a gap', async () => {
      const subject = await open({ deadAfterMs: 100 });
      const lease = await own(subject.store);
      await subject.store.beat(SHARD, 's1', []);
      const renew = async () => void (await subject.store.renew([lease], 3_600_000));
      expect(await untilDead(subject, 's1', renew)).toEqual(new Set(['s1']));
    });

    it('gets time anew when a shard is taken over', async () => {
      const subject = await open({ deadAfterMs: 1_000 });
      await own(subject.store);
      await untilDead(subject, 's1');
      await own(subject.store);
      expect(await subject.store.deadSessions(SHARD, ['s1'])).toEqual(new Set());
    });

    it('gets time anew when the owner renews after a gap, since the store was away perhaps', async () => {
      const subject = await open({ deadAfterMs: 1_000, calmGapMs: 500 });
      const lease = await own(subject.store);
      const renew = async () => void (await subject.store.renew([lease], 3_600_000));
      await untilDead(subject, 's1', renew);
      await passTime(subject, 520);
      await renew();
      expect(await subject.store.deadSessions(SHARD, ['s1'])).toEqual(new Set());
    });

    it('is not dead, and keeps its claim, while the owner gives no sign either: nobody could perhaps', async () => {
      const subject = await open({ deadAfterMs: 100, calmGapMs: 300 });
      const { store } = subject;
      const lease = await withFlights(store, { 0: SENT });
      await store.claim(claimName(), 's1');
      await untilDead(subject, 's1', async () => void (await store.renew([lease], 3_600_000)));
      await passTime(subject, 320);
      expect(await store.deadSessions(SHARD, ['s1'])).toEqual(new Set());
      expect(await store.claim(claimName(), 's2')).toEqual({ kind: 'busy' });
      await untilDead(subject, 's1', async () => void (await store.renew([lease], 3_600_000)));
      expect(await store.claim(claimName(), 's2')).toMatchObject({ kind: 'granted', delivery: 2 });
    });

    it('is not dead on a shard that nobody owns yet', async () => {
      const { store } = await open({ deadAfterMs: -1 });
      expect(await store.deadSessions(SHARD, ['s1'])).toEqual(new Set());
    });
  });
}
