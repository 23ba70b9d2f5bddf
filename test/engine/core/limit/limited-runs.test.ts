/** Limits as runs and nodes meet them: entering in order, and leaving on every way out. */
import { describe, expect, it } from 'vitest';
import { CHECK_MS } from '../../../../engine/core/decide/limit/limit-actor.ts';
import { limitAddress } from '../../../../engine/core/limit/address.ts';
import { acquireMessage } from '../../../../engine/core/limit/ask.ts';
import { heldByNode } from '../../../../engine/core/limit/need.ts';
import type { Plan } from '../../../../engine/core/plan.ts';
import { aPlan, aRetry, aTask } from '../../../support/run-builder.ts';
import { failure } from '../../../support/shard-rig.ts';
import { RunRig } from './run-rig.ts';

const DB = limitAddress('concurrency', 'default', 'db');
const one = (change: Parameters<typeof aTask>[2] = {}): Plan =>
  aPlan([aTask('t', [], { concurrency: [{ key: 'db', limit: 1 }], ...change })]);
const runs = (onLimit: 'queue' | 'cancel_running' | 'reject'): Plan =>
  aPlan(['t'], { concurrency: { key: 'db', limit: 1, onLimit } });

describe('a node with a concurrency limit', () => {
  it('is blocked until there is a place, and begins when the holder has ended', () => {
    const rig = new RunRig().start('a', one()).start('b', one());
    expect([rig.state('a', 't'), rig.state('b', 't')]).toEqual(['queued', 'blocked']);
    expect(rig.limit(DB)).toEqual({ holders: ['a/t'], waiters: ['b/t'] });
    rig.settle('a', 't');
    expect(rig.limit(DB)).toEqual({ holders: ['b/t'], waiters: [] });
    expect(rig.state('b', 't')).toBe('queued');
    rig.settle('b', 't');
    expect([rig.status('a'), rig.status('b')]).toEqual(['succeeded', 'succeeded']);
    expect(rig.shard.actors.size).toBe(0);
    expect(rig.timers.size).toBe(0);
  });

  it('gives its place back between two attempts', () => {
    const rig = new RunRig().start('a', one({ retry: aRetry(2) })).start('b', one());
    rig.settle('a', 't', failure());
    expect([rig.state('a', 't'), rig.state('b', 't')]).toEqual(['retrying', 'queued']);
    rig.wait(1_000);
    expect(rig.state('a', 't')).toBe('blocked');
    rig.settle('b', 't');
    expect(rig.state('a', 't')).toBe('queued');
  });

  it.each<[string, (rig: RunRig) => unknown]>([
    ['success', (rig) => rig.settle('a', 't')],
    ['failure', (rig) => rig.settle('a', 't', failure())],
    ['cancel before a worker took it', (rig) => rig.deliver({ type: 'cancel', run: 'a', graceMs: 1_000 })],
    [
      'cancel of work whose worker does not answer',
      (rig) => rig.claim('a', 't').deliver({ type: 'cancel', run: 'a', graceMs: 1_000 }).wait(5_000),
    ],
    ['timeout', (rig) => rig.claim('a', 't').wait(60_000)],
    ['queue timeout', (rig) => rig.wait(30_000)],
    [
      'loss of its workers',
      (rig) => rig.claim('a', 't').deliver({ type: 'lost', run: 'a', node: 0, generation: 1, attempt: 1 }),
    ],
  ])('leaves it on its way out: %s', (_way, leave) => {
    const limited = one({ timeoutMs: 10_000, queueTimeoutMs: 20_000 });
    const rig = new RunRig().start('a', limited).start('b', one());
    leave(rig);
    expect(rig.limit(DB)).toEqual({ holders: ['b/t'], waiters: [] });
  });

  it('no longer waits when its run is cancelled', () => {
    const rig = new RunRig().start('a', one()).start('b', one()).start('c', one());
    rig.deliver({ type: 'cancel', run: 'b', graceMs: 0 });
    expect(rig.limit(DB)).toEqual({ holders: ['a/t'], waiters: ['c/t'] });
  });

  it('takes several in the order of their keys, however they are written, and holds none out of turn', () => {
    const both = (...keys: string[]) => one({ concurrency: keys.map((key) => ({ key, limit: 1 })) });
    const [left, right] = [
      limitAddress('concurrency', 'default', 'left'),
      limitAddress('concurrency', 'default', 'right'),
    ];
    const rig = new RunRig().start('a', both('left', 'right')).start('b', both('right', 'left'));
    expect(rig.limit(left)).toEqual({ holders: ['a/t'], waiters: ['b/t'] });
    expect(rig.limit(right)).toEqual({ holders: ['a/t'], waiters: [] });
    rig.settle('a', 't').settle('b', 't');
    expect(rig.status('b')).toBe('succeeded');
  });

  it('holds none out of turn in the hands of a new owner either, when it had the second and has lost the first', () => {
    const both = one({ concurrency: ['left', 'right'].map((key) => ({ key, limit: 1 })) });
    const [left, right] = [
      limitAddress('concurrency', 'default', 'left'),
      limitAddress('concurrency', 'default', 'right'),
    ];
    const rig = new RunRig().start('c', one({ concurrency: [{ key: 'right', limit: 1 }] }));
    rig.start('a', both).start('b', both);
    expect(rig.limit(left)).toEqual({ holders: ['a/t'], waiters: ['b/t'] });
    const asked = { node: 0, generation: 1, attempt: 1, at: rig.now };
    // The owner is lost, and with it what a asked for. The grant of the first comes before a asks again, and is given back.
    const a = rig.runs.get('a');
    a?.limited.clear();
    rig.deliver({ type: 'granted', run: 'a', limit: left, ...asked });
    expect(rig.limit(left)).toEqual({ holders: ['b/t'], waiters: [] });
    a?.held.push(0);
    rig.deliver({ type: 'remind', run: 'a' });
    rig.settle('c', 't');
    expect(rig.limit(left)).toEqual({ holders: ['b/t'], waiters: ['a/t'] });
    expect(rig.limit(right)).toEqual({ holders: ['b/t'], waiters: [] });
    rig.settle('b', 't').settle('a', 't');
    expect([rig.status('a'), rig.status('b')]).toEqual(['succeeded', 'succeeded']);
  });

  it.each(['as soon as it is granted', 'as soon as it is asked whether it holds it'])(
    'gives back what a late ask brought it out of turn, %s',
    (when) => {
      const both = one({ concurrency: ['left', 'right'].map((key) => ({ key, limit: 1 })) });
      const [left, right] = [
        limitAddress('concurrency', 'default', 'left'),
        limitAddress('concurrency', 'default', 'right'),
      ];
      const rig = new RunRig().start('d', one({ concurrency: [{ key: 'right', limit: 1 }] }));
      rig.start('b', both).start('a', both);
      expect([rig.limit(left).holders, rig.limit(right).waiters]).toEqual([['b/t'], ['b/t']]);
      // It was on its way since a former life of a's ask, and overtakes b: b has left, and a waits for it.
      const declared = { limit: 1, workflow: 'w', at: 1 };
      const asked = { run: 'a', node: 0, generation: 1, attempt: 1, at: 1, born: 1, cost: 1, label: 't' };
      const late = acquireMessage(right, { ...asked, priority: 9, fairness: '', workflow: 'w', declared });
      const wait = rig.runs.get('a')?.limited.get(0);
      // An owner who thought that it was further has kept it, and is lost.
      if (wait && when.includes('asked')) wait.got = 1;
      rig.deliver(late).settle('d', 't');
      if (wait) wait.got = 0;
      rig.wait(2 * CHECK_MS);
      expect(rig.limit(right)).toEqual({ holders: ['b/t'], waiters: [] });
      rig.settle('b', 't');
      expect([rig.limit(left).holders, rig.limit(right).holders]).toEqual([['a/t'], ['a/t']]);
      rig.settle('a', 't');
      expect([rig.status('a'), rig.status('b')]).toEqual(['succeeded', 'succeeded']);
    },
  );

  it('enters freely what its run, or an ancestor, holds', () => {
    const plan = aPlan([aTask('t', [], { concurrency: [{ key: 'db', limit: 1 }] })], {
      concurrency: { key: 'db', limit: 1, onLimit: 'queue' },
    });
    const rig = new RunRig().start('a', plan);
    expect(rig.state('a', 't')).toBe('queued');
    const parent = { run: 'p', node: 0, generation: 1, attempt: 1, holds: [DB] };
    rig.start('child', one(), { parent });
    expect(rig.state('child', 't')).toBe('queued');
    expect(rig.limit(DB).holders).toEqual(['a']);
    const run = rig.runs.get('child');
    const record = run?.nodes[0];
    const task = run?.plan.tasks[0];
    expect(run && record && task && heldByNode(run, record, task)).toEqual([DB]);
  });

  it('fails when its key, or its cost, cannot be resolved', () => {
    const noKey = one({ concurrency: [{ key: '${{ inputs.absent }}', limit: 1 }] });
    const tooMuch = one({ rateLimit: [{ key: 'api', limit: 2, perMs: 1_000, cost: 3 }] });
    const rig = new RunRig().start('a', noKey).start('b', tooMuch);
    expect(rig.header('a').error?.code).toBe('unresolved_reference');
    expect(rig.header('b').error).toMatchObject({ code: 'limit_exceeded' });
  });
});

describe('a node with a rate limit', () => {
  it('begins when its units are free again, first come first served', () => {
    const plan = one({ concurrency: [], rateLimit: [{ key: 'api', limit: 2, perMs: 10_000, cost: 1 }] });
    const rig = new RunRig().start('a', plan).start('b', plan).start('c', plan);
    rig.settle('a', 't').settle('b', 't');
    expect(rig.state('c', 't')).toBe('blocked');
    rig.wait(9_000);
    expect(rig.state('c', 't')).toBe('blocked');
    rig.wait(1_000);
    expect(rig.state('c', 't')).toBe('queued');
    rig.settle('c', 't').wait(20_000);
    expect(rig.shard.actors.size).toBe(0);
  });
});

describe('a run with a concurrency limit', () => {
  it('waits as queued, and begins when the other has ended', () => {
    const rig = new RunRig().start('a', runs('queue')).start('b', runs('queue'));
    expect([rig.status('a'), rig.status('b')]).toEqual(['running', 'queued']);
    rig.settle('a', 't');
    expect(rig.status('b')).toBe('running');
    rig.settle('b', 't');
    expect(rig.shard.actors.size).toBe(0);
  });

  it('is rejected as failed with limit_exceeded, and runs none of its tasks', () => {
    const rig = new RunRig().start('a', runs('reject')).start('b', runs('reject'));
    expect(rig.status('b')).toBe('failed');
    expect(rig.header('b').error?.code).toBe('limit_exceeded');
    expect(rig.header('b').error?.message).toContain('run a');
    expect(rig.state('b', 't')).toBe('cancelled');
    expect(rig.limit(DB)).toEqual({ holders: ['a'], waiters: [] });
  });

  it('takes the place of the oldest, which is cancelled, also when that one still waits', () => {
    const plan = runs('cancel_running');
    const rig = new RunRig().start('a', plan).claim('a', 't').start('b', plan).start('c', plan);
    expect([rig.status('a'), rig.status('b'), rig.status('c')]).toEqual([
      'cancelling',
      'cancelled',
      'queued',
    ]);
    rig.settle('a', 't', { status: 'cancelled' });
    expect([rig.status('a'), rig.status('c')]).toEqual(['cancelled', 'running']);
  });

  it('asks again in the hands of a new owner, and is let in once', () => {
    const rig = new RunRig().start('a', runs('queue')).start('b', runs('queue'));
    const b = rig.runs.get('b');
    b?.limited.clear();
    rig.deliver({ type: 'remind', run: 'b' });
    expect(rig.limit(DB)).toEqual({ holders: ['a'], waiters: ['b'] });
  });
});
