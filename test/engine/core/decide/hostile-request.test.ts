/** Requests, limits and sub-workflows of a size, or with texts, that nobody means well by. */
import { describe, expect, it } from 'vitest';
import { MAX_COMMIT_BYTES, MAX_COMMIT_NODES } from '../../../../engine/core/commit.ts';
import { decide, Turn } from '../../../../engine/core/decide/index.ts';
import type { Json } from '../../../../engine/core/json.ts';
import { limitAddress } from '../../../../engine/core/limit/address.ts';
import { acquireMessage } from '../../../../engine/core/limit/ask.ts';
import { parseTimerKey } from '../../../../engine/core/message.ts';
import { newShardState } from '../../../../engine/core/shard-state.ts';
import { aFanOut, aPlan, aTask, START_MS } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const MEGABYTE = 'x'.repeat(1_000_000);

function limited(key: string): ShardRig {
  const task = aTask('t', [], { concurrency: [{ key: '${{ inputs.key }}', limit: 1 }] });
  return new ShardRig(aPlan([task]), { inputs: { key } }).start();
}

describe('a limit key from an input', () => {
  it.each([
    ['half a character', '\ud800', 'not valid Unicode'],
    ['a megabyte', MEGABYTE, 'has 1000000 characters'],
    ['nothing', '', 'is empty'],
  ])('that is %s fails the node, and nothing else', (_what, key, message) => {
    const rig = limited(key);
    expect(rig.left('t').e).toMatchObject({ code: 'expression_error' });
    expect(rig.left('t').e?.message).toContain(message);
    expect(rig.header.status).toBe('failed');
  });

  it.each(['a\nb', '../../x', '__proto__', 'a/rate', '%2F', 'x'.repeat(1_000)])(
    'such as %j asks one limit of its own',
    (key) => {
      const asked = limited(key).posts.map((post) => post.kind === 'message' && post.message);
      expect(asked).toMatchObject([{ type: 'actor', to: limitAddress('concurrency', 'default', key) }]);
      expect(JSON.stringify(asked)).not.toContain('\\n');
    },
  );
});

describe('a limit', () => {
  it('that is raised above ten thousand that wait lets them in a commit of bounded size at a time', () => {
    const address = limitAddress('concurrency', 'default', 'db');
    const shard = newShardState(0, new Map());
    const timers = new Map<string, number>();
    const take = (message: Parameters<typeof decide>[1]) => {
      const turn = new Turn(shard, START_MS);
      decide(turn, message);
      const { commit, posts } = turn.finish(null);
      for (const key of commit.timers.remove) timers.delete(key);
      for (const [key, due] of commit.timers.set) timers.set(key, due);
      return { changes: commit.documents?.set.length ?? 0, posts: posts.length };
    };
    for (let node = 0; node < 10_000; node++) {
      const name = { run: 'R', node, generation: 1, attempt: 1, at: START_MS, born: START_MS };
      const rest = { priority: 5, fairness: '', cost: 1, workflow: 'w', label: '' };
      const declared = { limit: 1, workflow: 'w', at: START_MS };
      take(acquireMessage(address, { ...name, ...rest, declared }));
    }
    const body: { readonly [field: string]: Json } = { limit: 20_000, by: 'op' };
    let granted = 0;
    let step = take({ type: 'actor', to: address, name: 'set', body, request: 'r' });
    for (let left = 100; left > 0; left--) {
      expect(step.changes).toBeLessThanOrEqual(MAX_COMMIT_NODES + 2);
      granted += step.posts;
      const due = [...timers].find(([key, at]) => key.includes(':free:') && at <= START_MS);
      if (!due) break;
      timers.delete(due[0]);
      step = take(parseTimerKey(due[0]));
    }
    expect(granted).toBe(9_999);
  });
});

describe('a request that is too large', () => {
  const rig = () =>
    new ShardRig(
      aPlan([
        aTask('ok', [], { action: { uses: 'approval', with: { form: { why: { type: 'string' } } } } }),
        aTask('w', [], { action: { uses: 'wait', with: { signal: 'go' } } }),
      ]),
    ).start();

  it.each([
    ['comment of an approval', { type: 'approval', node: 'ok', decision: 'approved', comment: MEGABYTE }],
    ['form', { type: 'approval', node: 'ok', decision: 'approved', form: { why: MEGABYTE } }],
    ['reason of a mark', { type: 'mark', node: 'w', as: 'failed', reason: MEGABYTE }],
    ['output of a mark', { type: 'mark', node: 'w', as: 'succeeded', outputs: { a: MEGABYTE + MEGABYTE } }],
    ['reason of a cancel', { type: 'cancel', graceMs: 1, reason: MEGABYTE }],
    ['reason of a pause', { type: 'pause', mode: 'hard', reason: MEGABYTE }],
    ['payload of a signal', { type: 'signal', name: 'go', payload: { a: MEGABYTE } }],
    ['name of a signal', { type: 'signal', name: MEGABYTE, payload: {} }],
  ] as const)('is refused: %s', (_what, message) => {
    const one = rig();
    const answer = one.ask(message as unknown as Parameters<ShardRig['ask']>[0]);
    expect(answer).toMatchObject({ ok: false, code: 'invalid_payload' });
    expect(JSON.stringify(answer).length).toBeLessThan(1_000);
    expect(one.states()).toEqual({ ok: 'waiting', w: 'waiting' });
  });

  it('leaves a header of bounded size, however many signals come early', () => {
    const one = new ShardRig(
      aPlan(['a', aTask('w', ['a'], { action: { uses: 'wait', with: { signal: 'go' } } })]),
    ).start();
    const payload = { data: 'x'.repeat(15_000) };
    for (let i = 0; i < 200; i++)
      one.deliver({ type: 'signal', run: one.runId, name: 'go', payload, request: `r${i}` });
    expect(one.answerTo('r199')).toMatchObject({ ok: false });
    const header = one.commits.at(-1)?.runs[0]?.header ?? '';
    expect(header.length).toBeLessThan(100_000);
  });

  it('with the fields of a prototype is taken as data', () => {
    const one = rig();
    const form = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') as { why: string };
    one.ask({ type: 'approval', node: 'ok', decision: 'approved', form } as never);
    expect(one.state('ok')).toBe('waiting');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('a fan-out of sub-workflows with large inputs', () => {
  it('keeps to the size of a commit', () => {
    const child = aPlan(['x'], { name: 'c', inputs: { text: { type: 'string' } } });
    const inputs = { text: 'x'.repeat(20_000) };
    const task = aFanOut('f', 100, {
      action: { uses: 'workflow', with: {} },
      child: { namespace: 'default', workflow: 'c', hash: child.hash, inputs, detached: false },
    });
    const rig = new ShardRig(aPlan([task]), { children: [child] }).start();
    const sizes = rig.commits.map(({ outbox }) => JSON.stringify(outbox?.set ?? []).length);
    expect(rig.posts).toHaveLength(100);
    expect(Math.max(...sizes)).toBeLessThan(1.2 * MAX_COMMIT_BYTES);
  });
});
