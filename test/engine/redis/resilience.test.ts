/** What the shard store does when Redis is full, restarts, forgets scripts, loses replies or is not there. */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SENT } from '../../../engine/core/flight.ts';
import type { ShardStore } from '../../../engine/ports/shard-store.ts';
import { type Connections, createConnections } from '../../../engine/redis/connection.ts';
import { createRedisMembership } from '../../../engine/redis/membership.ts';
import { createRedisShardStore } from '../../../engine/redis/shard-store.ts';
import {
  aCommit,
  aFlight,
  aHeader,
  aPlan,
  aRunChange,
  aRunId,
  aSettled,
  claimName,
  flightOf,
  messagesOf,
  own,
  SHARD,
  withFlights,
} from '../../contract/shard-store/builders.ts';
import { type PrivateRedis, privateRedis } from '../../support/redis.ts';
import { type ReplyEater, startReplyEater } from './reply-eater.ts';

const SHARDS = 4;
const EVENTS = { first: 1, last: 1, packed: '5[[0,0]]' };

let server: PrivateRedis;
let admin: Redis;
let eater: ReplyEater;
let connections: Connections;
let store: ShardStore;

beforeAll(async () => {
  server = await privateRedis();
  eater = await startReplyEater(server.connection.path);
  admin = new Redis(server.connection);
  admin.on('error', () => {});
});
afterAll(async () => {
  admin.disconnect();
  await eater.close();
  await server.stop();
});
beforeEach(async () => {
  await admin.flushall();
  connections = createConnections({ path: eater.path });
  store = createRedisShardStore(connections, { shards: SHARDS });
  await store.shards();
});
afterEach(() => store.close());

describe('when Redis is full', () => {
  afterEach(() => admin.config('SET', 'maxmemory', '0'));
  const fill = () => admin.config('SET', 'maxmemory', '100kb');

  it('lets running work end: claim, beat, settle, renew, commit; and lets runs be cancelled', async () => {
    const lease = await withFlights(store, { 0: SENT, 1: SENT });
    await store.claim(claimName(0), 's1');
    await fill();
    expect(await store.claim(claimName(1), 's1')).toMatchObject({ kind: 'granted' });
    expect(await store.beat(SHARD, 's1', [{ flight: aFlight(1), delivery: 1 }])).toEqual([]);
    expect(await store.settle(claimName(0), 's1', aSettled())).toBe('accepted');
    await store.handBack(claimName(1), 's1', 1);
    expect(await store.renew([lease], 1_000)).toHaveProperty('size', 1);
    await store.send([{ type: 'cancel', run: aRunId(), graceMs: 10 }]);
    await createRedisMembership(connections).announceOrchestrator('o1', 1_000);
    const commit = aCommit({
      runs: [aRunChange({ outputs: [[0, '{"o":{}}']], events: EVENTS })],
      flights: { set: [], remove: [aFlight(0)] },
    });
    expect(await store.commit(lease, lease.n + 1, commit)).toEqual({ kind: 'ok' });
    expect(await flightOf(store, 0)).toBeNull();
    expect(await store.readEvents(aRunId(), 0, 10, 0)).toEqual([EVENTS]);
    expect(await store.acquire(SHARD, 'o1', 1_000)).toBeDefined();
  });

  it('refuses to start runs, says what to do, and takes them again later', async () => {
    await fill();
    const refused = expect(store.start(aHeader(), aPlan())).rejects;
    await refused.toMatchObject({
      code: 'redis_refused',
      message: expect.stringContaining('raise maxmemory'),
    });
    expect(await store.readHeader(aRunId())).toBeUndefined();
    await admin.config('SET', 'maxmemory', '0');
    expect(await store.start(aHeader(), aPlan())).toMatchObject({ kind: 'started' });
  });
});

describe('when a reply is lost after Redis has executed', () => {
  // Else the first reply says only that the script is not known yet.
  beforeEach(async () => {
    const lease = await withFlights(store, {});
    await store.claim(claimName(9), 's0');
    await store.settle(claimName(9), 's0', aSettled({ node: 9 }));
    await store.start(aHeader({ id: aRunId(1) }), aPlan());
    const [last] = (await store.read(new Map([[SHARD, '0-0']]), 10, 0)).flatMap(({ entries }) =>
      entries.slice(-1),
    );
    await store.commit(lease, lease.n + 1, aCommit({ cursor: last?.id ?? null }));
  });

  it('stores a commit once, and says ok', async () => {
    const lease = await own(store);
    const eaten = eater.eaten;
    eater.eatReplyTo(lease.token);
    const commit = aCommit({
      expect: [[aFlight(), null]],
      runs: [aRunChange({ events: EVENTS })],
      flights: { set: [[aFlight(), SENT]], remove: [] },
    });
    expect(await store.commit(lease, lease.n + 1, commit)).toEqual({ kind: 'ok' });
    expect(eater.eaten).toBe(eaten + 1);
    expect(await store.commit(lease, lease.n + 2, aCommit())).toEqual({ kind: 'ok' });
    expect(await store.readEvents(aRunId(), 0, 10, 0)).toEqual([EVENTS]);
  });

  it('grants a claim as the same delivery, and takes an outcome once', async () => {
    await withFlights(store, { 0: SENT });
    eater.eatReplyTo('s-claims');
    expect(await store.claim(claimName(), 's-claims')).toMatchObject({ kind: 'granted', delivery: 1 });
    eater.eatReplyTo('w-settles');
    const settled = aSettled({ worker: 'w-settles' });
    expect(await store.settle(claimName(), 's-claims', settled)).toBe('already');
    expect(await messagesOf(store)).toEqual([settled]);
  });

  it('starts a run once', async () => {
    eater.eatReplyTo(aRunId());
    expect(await store.start(aHeader(), aPlan())).toEqual({ kind: 'exists', run: aRunId() });
    expect(await messagesOf(store)).toHaveLength(1);
  });
});

describe('when Redis forgets its scripts', () => {
  it('goes on, with all calls in the order made', async () => {
    const lease = await own(store);
    for (let round = 0; round < 5; round++) {
      const numbers = Array.from({ length: 40 }, (_, i) => round * 40 + i + 1);
      const replies = numbers.map((n) => {
        if (n % 7 === 0) void admin.script('FLUSH');
        return store.commit(lease, n, aCommit());
      });
      expect(new Set((await Promise.all(replies)).map(({ kind }) => kind))).toEqual(new Set(['ok']));
    }
  });
});

describe('when Redis is killed and started again', () => {
  it('goes on by itself, and applies nothing twice', async () => {
    const nodes = Array.from({ length: 60 }, (_, node) => node);
    const lease = await withFlights(store, Object.fromEntries(nodes.map((node) => [node, SENT])));
    const work = nodes.map(async (node) => {
      // Spread over the outage: each waits for a few round trips before its own calls.
      for (let i = 0; i < node; i++) await store.now();
      const claim = await store.claim(claimName(node), 's1');
      return store.settle(
        claimName(node),
        's1',
        aSettled({ node, delivery: claim.kind === 'granted' ? claim.delivery : 0 }),
      );
    });
    await Promise.race(work.slice(3));
    await server.kill9();
    await server.restart();
    const answers = await Promise.all(work);
    expect(answers.filter((answer) => answer === 'late')).toEqual([]);
    const settled = (await messagesOf(store)).map((message) => message.type === 'settled' && message.node);
    expect([...settled].sort((a, b) => Number(a) - Number(b))).toEqual(nodes);
    expect(await store.commit(lease, lease.n + 1, aCommit())).toEqual({ kind: 'ok' });
  });

  it('wakes a read that waited through the restart', async () => {
    const waiting = store.read(new Map([[SHARD, '0-0']]), 10, 20_000);
    await store.now();
    await server.kill9();
    await server.restart();
    await store.send([{ type: 'start', run: aRunId() }]);
    expect(await waiting).toMatchObject([{ shard: SHARD }]);
  });
});

describe('when Redis does not answer', () => {
  it('says so in a sentence, in time', async () => {
    const nowhere = createConnections({ path: '/nonexistent/redis.sock', triesPerCommand: 2 });
    await expect(nowhere.ready(200)).rejects.toMatchObject({
      code: 'redis_unreachable',
      message: expect.stringMatching(/unix socket \/nonexistent\/redis.sock does not answer .*ENOENT/),
    });
    const store = createRedisShardStore(nowhere);
    await expect(store.now()).rejects.toMatchObject({ code: 'redis_unreachable' });
    await store.close();
    await expect(store.now()).rejects.toMatchObject({ code: 'closed' });
  });

  it('ends a wait and closes, also while Redis is away', async () => {
    const abort = new AbortController();
    const aborted = store.read(new Map([[SHARD, '0-0']]), 10, 60_000, abort.signal);
    const waiting = expect(store.read(new Map([[SHARD, '0-0']]), 10, 60_000)).rejects;
    const refused = waiting.toMatchObject({ code: 'closed' });
    await store.now();
    await server.kill9();
    abort.abort();
    expect(await aborted).toEqual([]);
    const call = expect(store.now()).rejects.toMatchObject({ code: 'closed' });
    await store.close();
    await Promise.all([refused, call]);
    await server.restart();
  });

  it('ends a wait at once also while Redis is frozen, and goes on when it is thawed', async () => {
    const abort = new AbortController();
    const waiting = store.read(new Map([[SHARD, '0-0']]), 10, 60_000, abort.signal);
    await store.read(new Map([[SHARD, '0-0']]), 10, 20);
    server.freeze();
    abort.abort();
    expect(await waiting).toEqual([]);
    server.thaw();
    expect(await store.now()).toBeGreaterThan(0);
  });
});

describe('closing', () => {
  it('ends waits and refuses later calls', async () => {
    await store.now();
    const waiting = expect(store.read(new Map([[SHARD, '0-0']]), 10, 60_000)).rejects;
    const refused = waiting.toMatchObject({ code: 'closed' });
    await store.close();
    await refused;
    await expect(store.beat(SHARD, 's1', [])).rejects.toMatchObject({ code: 'closed' });
  });
});
