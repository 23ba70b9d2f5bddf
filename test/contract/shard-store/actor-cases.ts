/** Contract of what `commit` stores beside runs: documents of actors, the outbox, and answers to requests. */
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../engine/core/commit.ts';
import { shardOf } from '../../../engine/core/run-id.ts';
import { aCommit, aPlan, aRunId, own, SHARD } from './builders.ts';
import { type MakeShardStore, openSubjects } from './subject.ts';

const FOREVER_MS = 60_000;

type Open = ReturnType<typeof openSubjects>;

export function actorCases(make: MakeShardStore): void {
  const open = openSubjects(make);
  messageCases(open);
  documentCases(open);
  outboxCases(open);
  answerCases(open);
  planCases(open);
  timerCases(open);
}

function messageCases(open: Open): void {
  it('hands messages to actors to the owner of their shard', async () => {
    const { store } = await open();
    const shards = await store.shards();
    const message = { type: 'actor', to: 'limit/default/db', name: 'acquire', body: { n: 1 } } as const;
    await store.send([message]);
    const shard = shardOf(message.to, shards);
    const [batch] = await store.read(new Map([[shard, '0-0']]), 10, 0);
    expect(batch?.entries.map((entry) => entry.message)).toEqual([message]);
  });
}

const documents = (
  set: readonly (readonly [string, string])[],
  remove: readonly string[] = [],
): Partial<Commit> => ({ documents: { set, remove } });

function documentCases(open: Open): void {
  describe('commit and documents of actors', () => {
    it('keeps, replaces and removes them, for the owner and for readers', async () => {
      const { store } = await open();
      const lease = await own(store);
      const one = 'limit/default/db\nlimit';
      const two = 'schedule/default/a%2Fb/0\nnext';
      await store.commit(
        lease,
        1,
        aCommit(
          documents([
            [one, '{"n":1}'],
            [two, '"é"'],
          ]),
        ),
      );
      await store.commit(lease, 2, aCommit(documents([[one, '{"n":2}']])));
      expect(new Map(await store.loadActors(SHARD))).toEqual(
        new Map([
          [one, '{"n":2}'],
          [two, '"é"'],
        ]),
      );
      expect(await store.readActors(SHARD, 'schedule/')).toEqual([[two, '"é"']]);
      await store.commit(lease, 3, aCommit(documents([], [one, 'limit/default/none\nx'])));
      expect(await store.loadActors(SHARD)).toEqual([[two, '"é"']]);
      expect(await store.loadActors(SHARD + 1)).toEqual([]);
    });

    it('writes none when the commit is refused', async () => {
      const { store } = await open();
      const lease = await own(store);
      const refused = aCommit({ ...documents([['limit/a\nb', '1']]), expect: [['f', 's|0|0|']] });
      expect((await store.commit(lease, 1, refused)).kind).toBe('conflict');
      expect(await store.loadActors(SHARD)).toEqual([]);
    });
  });
}

function outboxCases(open: Open): void {
  describe('commit and the outbox', () => {
    it('keeps posts until they are removed', async () => {
      const { store } = await open();
      const lease = await own(store);
      const outbox = {
        set: [
          ['1', '{"a":1}'],
          ['2', '{"b":2}'],
        ] as const,
        remove: [],
      };
      await store.commit(lease, 1, aCommit({ outbox }));
      expect(new Map(await store.loadOutbox(SHARD))).toEqual(new Map(outbox.set));
      await store.commit(lease, 2, aCommit({ outbox: { set: [['3', '{}']], remove: ['1', '2', '9'] } }));
      expect(await store.loadOutbox(SHARD)).toEqual([['3', '{}']]);
    });
  });
}

function answerCases(open: Open): void {
  describe('answers', () => {
    const answer = { ok: true, reset: 3 } as const;
    const commit = aCommit({ answers: [['request-1', JSON.stringify(answer)]] });

    it('can be read again and again, and only under their own request', async () => {
      const { store } = await open();
      await store.commit(await own(store), 1, commit);
      expect(await store.readAnswer(aRunId(), 'request-1', 0)).toEqual(answer);
      expect(await store.readAnswer(aRunId(), 'request-1', FOREVER_MS)).toEqual(answer);
      expect(await store.readAnswer(aRunId(), 'request-2', 0)).toBeUndefined();
    });

    it('are waited for', async () => {
      const { store } = await open();
      const lease = await own(store);
      const reading = store.readAnswer(aRunId(), 'request-1', FOREVER_MS);
      await store.commit(lease, 1, commit);
      expect(await reading).toEqual(answer);
    });

    it('end their wait when the signal aborts', async () => {
      const { store } = await open();
      const stop = new AbortController();
      const reading = store.readAnswer(aRunId(), 'request-1', FOREVER_MS, stop.signal);
      stop.abort();
      expect(await reading).toBeUndefined();
    });
  });
}

function timerCases(open: Open): void {
  describe('readTimers', () => {
    it('answers when each is due, in the order asked, and null for what is not set', async () => {
      const { store } = await open();
      expect(await store.readTimers(SHARD, [])).toEqual([]);
      await store.commit(
        await own(store),
        1,
        aCommit({
          timers: {
            set: [
              ['wait:a', 1_700_000_000_123],
              ['retry:b', 5],
            ],
            remove: [],
          },
        }),
      );
      expect(await store.readTimers(SHARD, ['retry:b', 'none', 'wait:a'])).toEqual([
        5,
        null,
        1_700_000_000_123,
      ]);
    });
  });
}

function planCases(open: Open): void {
  describe('storePlan', () => {
    it('stores a plan for runs that are started later, once', async () => {
      const { store } = await open();
      const plan = aPlan('child');
      await store.storePlan(SHARD, plan);
      await store.storePlan(SHARD, plan);
      expect(await store.loadPlan(SHARD, plan.hash)).toEqual(plan);
      expect(await store.loadPlan(SHARD + 1, plan.hash)).toBeUndefined();
    });
  });
}
