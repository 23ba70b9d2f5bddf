/** Contract of `acquire`, `renew` and `release`. */
import { describe, expect, it } from 'vitest';
import { eventually, passTime } from '../passing-time.ts';
import { aCommit, own, SHARD } from './builders.ts';
import { type MakeShardStore, openSubjects } from './subject.ts';

const LONG_MS = 3_600_000;

export function ownershipCases(make: MakeShardStore): void {
  const open = openSubjects(make);

  describe('acquire', () => {
    it('gives a free shard, with the number and the cursor to go on from', async () => {
      const { store } = await open();
      const lease = await store.acquire(SHARD, 'o1', LONG_MS);
      expect(lease).toEqual({ shard: SHARD, token: lease?.token, n: 0, cursor: '0-0' });
      expect(lease?.token).toMatch(/^\d+-.+$/);
    });

    it('is refused while another holds the shard, whose lease stays as it is', async () => {
      const { store } = await open();
      const lease = await own(store, 'o1');
      expect(await store.acquire(SHARD, 'o2', LONG_MS)).toBeUndefined();
      expect(await store.commit(lease, 1, aCommit())).toEqual({ kind: 'ok' });
    });

    it('concerns one shard only', async () => {
      const { store } = await open();
      await own(store, 'o1');
      expect(await store.acquire(SHARD + 1, 'o2', LONG_MS)).toBeDefined();
    });

    it('gives the holder a new token; the old one is void', async () => {
      const { store } = await open();
      const old = await own(store, 'o1');
      const lease = await own(store, 'o1');
      expect(lease.token).not.toBe(old.token);
      expect(await store.commit(old, 1, aCommit())).toEqual({ kind: 'fenced' });
      expect(await store.commit(lease, 1, aCommit())).toEqual({ kind: 'ok' });
    });

    it('gives the shard to another once the lease has run out', async () => {
      const subject = await open();
      const { store } = subject;
      const old = await store.acquire(SHARD, 'o1', 100);
      const lease = await eventually(
        subject,
        () => store.acquire(SHARD, 'o2', LONG_MS),
        (answer) => answer !== undefined,
      );
      expect(lease?.token).not.toBe(old?.token);
      expect(await store.renew(old === undefined ? [] : [old], LONG_MS)).toEqual(new Map());
    });

    it('goes on from what was committed last', async () => {
      const { store } = await open();
      const old = await own(store, 'o1');
      await store.commit(old, 1, aCommit({ cursor: '5-3' }));
      await store.commit(old, 2, aCommit());
      await store.release([old]);
      expect(await own(store, 'o2')).toMatchObject({ n: 2, cursor: '5-3' });
    });
  });

  describe('leaseLeft', () => {
    it('says when another may take the shard', async () => {
      const subject = await open();
      const { store } = subject;
      expect(await store.leaseLeft(SHARD, 'o2')).toBe(0);
      const lease = await own(store, 'o1');
      const leftMs = await store.leaseLeft(SHARD, 'o2');
      expect(leftMs).toBeGreaterThan(LONG_MS - 60_000);
      expect(leftMs).toBeLessThanOrEqual(LONG_MS);
      expect(await store.leaseLeft(SHARD, 'o1')).toBe(0);
      await store.release([lease]);
      expect(await store.leaseLeft(SHARD, 'o2')).toBe(0);
    });

    it('is 0 once the lease has run out', async () => {
      const subject = await open();
      await subject.store.acquire(SHARD, 'o1', 1);
      await passTime(subject, 20);
      expect(await subject.store.leaseLeft(SHARD, 'o2')).toBe(0);
    });
  });

  describe('renew', () => {
    it('answers the shards still held', async () => {
      const { store } = await open();
      const held = await own(store, 'o1');
      const lost = await store.acquire(2, 'o1', LONG_MS);
      if (lost === undefined) throw new Error('shard 2 was not free');
      await store.release([lost]);
      await store.acquire(2, 'o2', LONG_MS);
      expect(await store.renew([held, lost], LONG_MS)).toEqual(new Map([[SHARD, held.n]]));
      expect(await store.renew([], LONG_MS)).toEqual(new Map());
    });

    it('keeps the shard from others', async () => {
      const subject = await open();
      const { store } = subject;
      const lease = await store.acquire(SHARD, 'o1', 1);
      if (lease === undefined) throw new Error('the shard was not free');
      await store.renew([lease], LONG_MS);
      await passTime(subject, 20);
      expect(await store.acquire(SHARD, 'o2', LONG_MS)).toBeUndefined();
    });

    it('works for a holder that is late, as its commits do, as long as its token stands', async () => {
      const subject = await open();
      const { store } = subject;
      const lease = await store.acquire(SHARD, 'o1', 1);
      if (lease === undefined) throw new Error('the shard was not free');
      await passTime(subject, 20);
      expect(await store.commit(lease, 1, aCommit())).toEqual({ kind: 'ok' });
      expect(await store.renew([lease], LONG_MS)).toEqual(new Map([[SHARD, 1]]));
      expect(await store.acquire(SHARD, 'o2', LONG_MS)).toBeUndefined();
    });
  });

  describe('release', () => {
    it('lets others take the shard at once, and voids the token', async () => {
      const { store } = await open();
      const old = await own(store, 'o1');
      await store.release([old]);
      await store.release([old]);
      expect(await store.commit(old, 1, aCommit())).toEqual({ kind: 'fenced' });
      expect(await store.commit({ ...old, token: '' }, 1, aCommit())).toEqual({ kind: 'fenced' });
      expect(await store.renew([old, { ...old, token: '' }], LONG_MS)).toEqual(new Map());
      expect(await store.acquire(SHARD, 'o2', LONG_MS)).toBeDefined();
    });

    it('by a former owner takes nothing from the present one', async () => {
      const { store } = await open();
      const old = await own(store, 'o1');
      await store.release([old]);
      const lease = await own(store, 'o2');
      await store.release([old]);
      expect(await store.acquire(SHARD, 'o3', LONG_MS)).toBeUndefined();
      expect(await store.commit(lease, 1, aCommit())).toEqual({ kind: 'ok' });
    });
  });

  describe('a shard that nobody ever held', () => {
    it('takes no commit', async () => {
      const { store } = await open();
      expect(await store.commit({ shard: SHARD, token: '' }, 1, aCommit())).toEqual({ kind: 'fenced' });
      expect(await store.commit({ shard: SHARD, token: '1-a' }, 1, aCommit())).toEqual({ kind: 'fenced' });
    });
  });
}
