/** Contract of `claim`, `settle`, `beat` and `handBack`, among sessions that live. */
import { describe, expect, it } from 'vitest';
import { SENT } from '../../../engine/core/flight.ts';
import type { NextClaim } from '../../../engine/ports/shard-store.ts';
import {
  aFlight,
  aHeader,
  aPlan,
  aRunId,
  aSettled,
  claimName,
  flightOf,
  inboxOf,
  messagesOf,
  own,
  SHARD,
  withFlights,
} from './builders.ts';
import { type MakeShardStore, openSubjects } from './subject.ts';

type Open = ReturnType<typeof openSubjects>;

export function flightCases(make: MakeShardStore): void {
  const open = openSubjects(make);
  claimCases(open);
  settleCases(open);
  goingOnCases(open);
  beatCases(open);
  handBackCases(open);
}

function claimCases(open: Open): void {
  describe('claim', () => {
    it('takes a flight that was sent, and tells the time', async () => {
      const { store } = await open();
      await withFlights(store, { 0: SENT });
      const before = await store.now();
      const reply = await store.claim(claimName(), 's1');
      expect(reply).toMatchObject({ kind: 'granted', delivery: 1 });
      expect(reply.kind === 'granted' && reply.at >= before && reply.at <= (await store.now())).toBe(true);
      expect(await flightOf(store)).toBe('c|1|0|s1');
    });

    it('counts on from earlier deliveries and deaths', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 's|3|2|' });
      expect(await store.claim(claimName(), 's1')).toMatchObject({ kind: 'granted', delivery: 4 });
      expect(await flightOf(store)).toBe('c|4|2|s1');
    });

    it('may be repeated by the same session, also when it was told to stop', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'c|2|1|s1', 1: 'x|2|1|s1' });
      expect(await store.claim(claimName(0), 's1')).toMatchObject({ kind: 'granted', delivery: 2 });
      expect(await store.claim(claimName(1), 's1')).toMatchObject({ kind: 'granted', delivery: 2 });
      expect(await flightOf(store, 0)).toBe('c|2|1|s1');
      expect(await flightOf(store, 1)).toBe('x|2|1|s1');
    });

    it('is busy while another session is alive', async () => {
      const { store } = await open();
      await withFlights(store, { 0: SENT, 1: 'x|1|0|s1' });
      await store.claim(claimName(), 's1');
      expect(await store.claim(claimName(0), 's2')).toEqual({ kind: 'busy' });
      expect(await store.claim(claimName(1), 's2')).toEqual({ kind: 'busy' });
      expect(await flightOf(store, 0)).toBe('c|1|0|s1');
    });

    it('finds gone what is settled, revoked or unknown', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'd|1|0|s1' });
      expect(await store.claim(claimName(0), 's1')).toEqual({ kind: 'gone' });
      expect(await store.claim(claimName(0), 's2')).toEqual({ kind: 'gone' });
      expect(await store.claim(claimName(5), 's1')).toEqual({ kind: 'gone' });
      expect(await flightOf(store, 5)).toBeNull();
    });

    it('is granted to one of many that ask at once', async () => {
      const { store } = await open();
      await withFlights(store, { 0: SENT });
      const sessions = Array.from({ length: 8 }, (_, i) => `s${i}`);
      const replies = await Promise.all(sessions.map((session) => store.claim(claimName(), session)));
      expect(replies.map(({ kind }) => kind).sort()).toEqual([...Array(7).fill('busy'), 'granted']);
    });

    it('takes many flights at once, each answered for itself', async () => {
      const { store } = await open();
      await withFlights(store, { 0: SENT, 1: 'd|1|0|s1', 2: SENT, 3: 'c|1|0|other' });
      const replies = await Promise.all([0, 1, 2, 3, 4].map((node) => store.claim(claimName(node), 's1')));
      expect(replies.map(({ kind }) => kind)).toEqual(['granted', 'gone', 'granted', 'busy', 'gone']);
    });

    it.each(['a|b', 'constructor', '__proto__', 'host:1 ä'])(
      'takes any session name: %s',
      async (session) => {
        const { store } = await open();
        await withFlights(store, { 0: SENT });
        expect(await store.claim(claimName(), session)).toMatchObject({ kind: 'granted', delivery: 1 });
        expect(await store.claim(claimName(), session)).toMatchObject({ kind: 'granted', delivery: 1 });
        expect(await store.claim(claimName(), 'another')).toEqual({ kind: 'busy' });
        expect(await store.settle(claimName(), session, aSettled())).toBe('accepted');
        expect(await flightOf(store)).toBe(`d|1|0|${session}`);
      },
    );
  });
}

function settleCases(open: Open): void {
  describe('settle', () => {
    it('marks the flight done and appends the message, for the delivery that holds the claim', async () => {
      const { store } = await open();
      await withFlights(store, { 0: SENT });
      await store.claim(claimName(), 's1');
      expect(await store.settle(claimName(), 's1', aSettled())).toBe('accepted');
      expect(await flightOf(store)).toBe('d|1|0|s1');
      expect(await messagesOf(store)).toEqual([aSettled()]);
    });

    it('is accepted also from a session that was told to stop', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'x|2|1|s1' });
      const message = aSettled({ delivery: 2, outcome: { status: 'cancelled' } });
      expect(await store.settle(claimName(), 's1', message)).toBe('accepted');
      expect(await flightOf(store)).toBe('d|2|1|s1');
      expect(await messagesOf(store)).toEqual([message]);
    });

    it('answers a repeat with already, and appends nothing', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'c|1|0|s1' });
      await store.settle(claimName(), 's1', aSettled());
      const other = aSettled({ outcome: { status: 'failed', error: { code: 'exit_code', message: 'no' } } });
      expect(await store.settle(claimName(), 's1', other)).toBe('already');
      expect(await messagesOf(store)).toEqual([aSettled()]);
    });

    it.each([
      ['an earlier delivery', 's1', 1],
      ['a later delivery', 's1', 3],
      ['another session', 's2', 2],
    ])('records as late the outcome of %s, whatever became of the flight', async (_, session, delivery) => {
      const { store } = await open();
      const states = { 0: 'c|2|0|s1', 1: 'x|2|0|s1', 2: 'd|2|0|s1', 3: 's|2|0|' };
      await withFlights(store, states);
      for (const node of [0, 1, 2, 3]) {
        const message = aSettled({ node, delivery });
        expect(await store.settle(claimName(node), session, message)).toBe('late');
        expect((await messagesOf(store)).at(-1)).toEqual({ ...message, type: 'late' });
      }
      expect(Object.values(states)).toEqual(
        await Promise.all([0, 1, 2, 3].map((node) => flightOf(store, node))),
      );
    });

    it('records as late the outcome of a flight that was revoked, and makes no flight of it', async () => {
      const { store } = await open();
      await own(store);
      expect(await store.settle(claimName(), 's1', aSettled())).toBe('late');
      expect(await messagesOf(store)).toEqual([{ ...aSettled(), type: 'late' }]);
      expect(await flightOf(store)).toBeNull();
    });

    it('accepts an outcome once when it is sent several times at once', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'c|1|0|s1' });
      const replies = await Promise.all([1, 2, 3].map(() => store.settle(claimName(), 's1', aSettled())));
      expect([...replies].sort()).toEqual(['accepted', 'already', 'already']);
      expect(await messagesOf(store)).toHaveLength(1);
    });

    it('keeps the order of calls on one shard', async () => {
      const { store } = await open();
      const nodes = Array.from({ length: 30 }, (_, node) => node);
      await withFlights(store, Object.fromEntries(nodes.map((node) => [node, 'c|1|0|s1'])));
      await Promise.all(nodes.map((node) => store.settle(claimName(node), 's1', aSettled({ node }))));
      expect((await messagesOf(store)).map((message) => 'node' in message && message.node)).toEqual(nodes);
    });

    it('leaves an outcome as it was sent: text, numbers and empty lists', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'c|1|0|s1' });
      const outputs = {
        empty: [],
        none: {},
        big: 9007199254740991,
        tiny: 1e-7,
        text: 'ä"\\\n\u2028',
        nil: null,
      };
      const message = aSettled({ outcome: { status: 'succeeded', outputs } });
      await store.settle(claimName(), 's1', message);
      expect((await inboxOf(store))[0]?.message).toEqual(message);
    });
  });
}

/** Node 1 is joined behind node 0. */
function goingOnCases(open: Open): void {
  const next: NextClaim = { flight: aFlight(1), state: 'joined' };

  describe('settleAndClaim', () => {
    it('settles, and claims what is joined; the one message says both', async () => {
      const { store } = await open();
      await withFlights(store, { 0: SENT, 1: 'j|0|0|0' });
      await store.claim(claimName(), 's|1');
      const before = await store.now();
      const reply = await store.settleAndClaim(claimName(), 's|1', aSettled(), next);
      expect(reply).toMatchObject({ settled: 'accepted', next: { delivery: 1 } });
      const [entry] = await inboxOf(store);
      expect(entry?.message).toEqual({ ...aSettled(), next: { flight: next.flight, session: 's|1' } });
      expect(reply.next?.at).toBe(Number(entry?.id.split('-')[0]));
      expect(reply.next?.at).toBeGreaterThanOrEqual(before);
      expect(await flightOf(store, 0)).toBe('d|1|0|s|1');
      expect(await flightOf(store, 1)).toBe('c|1|0|s|1');
    });

    it('answers a repeat as before, with one message in all', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'c|1|0|s1', 1: 'j|0|0|0' });
      await store.settleAndClaim(claimName(), 's1', aSettled(), next);
      const again = await store.settleAndClaim(claimName(), 's1', aSettled(), next);
      expect(again).toMatchObject({ settled: 'already', next: { delivery: 1 } });
      expect(await messagesOf(store)).toHaveLength(1);
    });

    it.each([
      ['it was withdrawn', { 0: 'c|1|0|s1' }],
      ['it was sent to others', { 0: 'c|1|0|s1', 1: SENT }],
      ['another has it', { 0: 'c|1|0|s1', 1: 'c|1|0|s2' }],
      ['this one was told to stop', { 0: 'x|1|0|s1', 1: 'j|0|0|0' }],
    ])('settles alone when %s', async (_why, flights) => {
      const { store } = await open();
      await withFlights(store, flights);
      const stood = await flightOf(store, 1);
      const reply = await store.settleAndClaim(claimName(), 's1', aSettled(), next);
      expect(reply).toEqual({ settled: 'accepted' });
      expect(await messagesOf(store)).toEqual([aSettled()]);
      expect(await flightOf(store, 1)).toBe(stood);
    });

    it('claims nothing for an outcome that comes late', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'c|2|1|s2', 1: 'j|0|0|0' });
      expect(await store.settleAndClaim(claimName(), 's1', aSettled(), next)).toEqual({ settled: 'late' });
      expect(await flightOf(store, 1)).toBe('j|0|0|0');
      expect(await messagesOf(store)).toMatchObject([{ type: 'late' }]);
    });

    it('is a sign of life of the session', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'c|1|0|s1', 1: 'j|0|0|0' });
      await store.settleAndClaim(claimName(), 's1', aSettled(), next);
      expect(await store.claim({ shard: SHARD, flight: next.flight }, 's2')).toEqual({ kind: 'busy' });
      expect(await store.beat(SHARD, 's1', [{ flight: next.flight, delivery: 1 }])).toEqual([]);
    });

    it('is the only way to what is joined', async () => {
      const { store } = await open();
      await withFlights(store, { 0: SENT, 1: 'j|0|0|0' });
      expect(await store.claim({ shard: SHARD, flight: next.flight }, 's1')).toEqual({ kind: 'gone' });
    });

    it('claims what is sent in the same bundle, and the message does not say so', async () => {
      const { store } = await open();
      const sent: NextClaim = { ...next, state: 'sent' };
      await withFlights(store, { 0: 'c|1|0|s|1', 1: 's|2|1|' });
      const reply = await store.settleAndClaim(claimName(), 's|1', aSettled(), sent);
      expect(reply).toMatchObject({ settled: 'accepted', next: { delivery: 3 } });
      expect(await messagesOf(store)).toEqual([aSettled()]);
      expect(await flightOf(store, 1)).toBe('c|3|1|s|1');
      const again = await store.settleAndClaim(claimName(), 's|1', aSettled(), sent);
      expect(again).toMatchObject({ settled: 'already', next: { delivery: 3 } });
      expect(await messagesOf(store)).toHaveLength(1);
    });

    it.each([
      ['was told to stop', 'x|1|0|s1', 'accepted'],
      ['comes late', 'c|2|1|s2', 'late'],
    ] as const)('claims what is sent also behind an outcome that %s', async (_why, flight, settled) => {
      const { store } = await open();
      await withFlights(store, { 0: flight, 1: SENT });
      const reply = await store.settleAndClaim(claimName(), 's1', aSettled(), { ...next, state: 'sent' });
      expect(reply).toMatchObject({ settled, next: { delivery: 1 } });
      expect(await flightOf(store, 1)).toBe('c|1|0|s1');
    });

    it.each([
      ['gone', {}],
      ['revoked', { 1: 'x|1|0|s2' }],
      ['taken by another', { 1: 'c|1|0|s2' }],
      ['joined', { 1: 'j|0|0|0' }],
    ])(
      'settles alone when what was sent is %s',
      async (_why, flights: { readonly [node: number]: string }) => {
        const { store } = await open();
        await withFlights(store, { 0: 'c|1|0|s1', ...flights });
        const stood = await flightOf(store, 1);
        const reply = await store.settleAndClaim(claimName(), 's1', aSettled(), { ...next, state: 'sent' });
        expect(reply).toEqual({ settled: 'accepted' });
        expect(await flightOf(store, 1)).toBe(stood);
      },
    );

    it('works for many nodes of several chains in one tick', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 'c|1|0|s1', 1: 'j|0|0|0', 2: 'c|1|0|s1', 3: 'c|1|0|s1', 4: 'j|0|0|3' });
      const settle = (node: number, behind: number) =>
        store.settleAndClaim(claimName(node), 's1', aSettled({ node }), { ...next, flight: aFlight(behind) });
      const replies = await Promise.all([settle(0, 1), settle(2, 9), settle(3, 4)]);
      expect(replies.map((reply) => reply.next?.delivery)).toEqual([1, undefined, 1]);
      expect(await messagesOf(store)).toHaveLength(3);
    });
  });
}

function beatCases(open: Open): void {
  describe('beat', () => {
    it('tells which claims to stop: told to, given to another, gone, sent again', async () => {
      const { store } = await open();
      await withFlights(store, {
        0: 'c|1|0|s1',
        1: 'x|1|0|s1',
        2: 'c|2|1|s2',
        3: 'c|2|0|s1',
        4: 's|1|0|',
        6: 'd|1|0|s1',
        7: 'd|2|0|s2',
      });
      const claims = [0, 1, 2, 3, 4, 5, 6, 7].map((node) => ({ flight: aFlight(node), delivery: 1 }));
      const stop = await store.beat(SHARD, 's1', claims);
      expect([...stop].sort()).toEqual([1, 2, 3, 4, 5, 7].map((node) => aFlight(node)));
    });

    it('without claims is a sign of life and nothing else', async () => {
      const { store } = await open();
      await store.start(aHeader({ id: aRunId() }), aPlan());
      expect(await store.beat(SHARD, 's1', [])).toEqual([]);
      expect(await messagesOf(store)).toHaveLength(1);
    });
  });
}

function handBackCases(open: Open): void {
  describe('handBack', () => {
    it('makes the flight claimable at once, without counting a death', async () => {
      const { store } = await open();
      await withFlights(store, { 0: 's|1|1|' });
      await store.claim(claimName(), 's1');
      await store.handBack(claimName(), 's1', 2);
      expect(await flightOf(store)).toBe('s|2|1|');
      expect(await store.claim(claimName(), 's2')).toMatchObject({ kind: 'granted', delivery: 3 });
      expect(await flightOf(store)).toBe('c|3|1|s2');
    });

    it.each([
      ['another session', 'c|1|0|s1', 's2', 1],
      ['another delivery', 'c|2|0|s1', 's1', 1],
      ['one that was told to stop', 'x|1|0|s1', 's1', 1],
      ['one that is settled', 'd|1|0|s1', 's1', 1],
      ['one that is sent already', 's|1|0|', 's1', 1],
    ])('changes nothing for %s', async (_, value, session, delivery) => {
      const { store } = await open();
      await withFlights(store, { 0: value });
      await store.handBack(claimName(), session, delivery);
      expect(await flightOf(store)).toBe(value);
    });

    it('makes no flight of one that is gone', async () => {
      const { store } = await open();
      await own(store);
      await store.handBack(claimName(), 's1', 1);
      expect(await flightOf(store)).toBeNull();
    });
  });
}
