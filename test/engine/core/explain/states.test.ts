/** Every state of a node is explained: what the sentences say is what a user needs to know next. */
import { describe, expect, it } from 'vitest';
import { explainNode, explainRun, type NodeExplanation } from '../../../../engine/core/explain/index.ts';
import { readsOf } from '../../../../engine/core/explain/reads.ts';
import { NODE_STATES } from '../../../../engine/core/node-state.ts';
import type { Plan } from '../../../../engine/core/plan.ts';
import { rankOf } from '../../../../engine/core/rank.ts';
import { aFanOut, aPlan, aRetry, aSwitch, aTask } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';
import { someFacts } from './some-facts.ts';

function rigOf(plan: Plan, inputs = {}): ShardRig {
  return new ShardRig(plan, { inputs }).start();
}

function explained(
  rig: ShardRig,
  node: string,
  change: Parameters<typeof someFacts>[0] = {},
): NodeExplanation {
  const found = explainNode(rig.restore(), rig.indexOf(node), factsOf(rig, change));
  if (!found) throw new Error(`no explanation of ${node}`);
  return found;
}

function factsOf(rig: ShardRig, change: Parameters<typeof someFacts>[0] = {}) {
  return someFacts({ now: rig.now, flights: rig.flights, timers: rig.timers, ...change });
}

const textsOf = ({ reasons }: NodeExplanation) => reasons.map(({ text }) => text);
const codesOf = ({ reasons }: NodeExplanation) => reasons.map(({ code }) => code);

describe('a node that has not started', () => {
  const plan = aPlan(['a', 'b', aTask('c', ['a', { task: 'b', when: ['failure'] }])]);

  it('waits for upstream tasks, which are named with their state', () => {
    const rig = rigOf(plan).succeed('a');
    const found = explained(rig, 'c');
    expect(found).toMatchObject({ status: 'pending', would_run: false, goes_on_at: null });
    expect(textsOf(found)).toEqual([
      'Waits for b (queued).',
      'trigger_rule all_success runs it when all upstream has ended and none failed and none was skipped; otherwise upstream_failed if one failed, else skipped.',
      'a succeeded, which counts as a success.',
    ]);
  });

  it('is held back by max_parallel of its task, or of the run', () => {
    const fan = rigOf(aPlan([aFanOut('f', 3, { maxParallel: 1 })]));
    expect(codesOf(explained(fan, 'f'))).toEqual(['fan_out']);
    const run = rigOf(aPlan(['a', 'b'], { maxParallel: 1 }));
    expect(explained(run, 'b')).toMatchObject({ status: 'blocked', would_run: false });
    expect(textsOf(explained(run, 'b'))).toEqual([
      '`max_parallel: 1` of the run is used up: 1 nodes are under way.',
    ]);
  });

  it('is not started while the run is being cancelled', () => {
    const rig = rigOf(aPlan(['a', aTask('b', ['a'])]));
    rig.claim('a');
    const run = rig.restore();
    run.header.cancel = { at: rig.now, graceMs: 0, code: 'cancelled', reason: 'enough' };
    expect(explainNode(run, 1, factsOf(rig))?.reasons[0]).toMatchObject({ code: 'run_cancelling' });
  });
});

describe('a node that was passed over', () => {
  it('was skipped by its rule, and the edge is named that did it', () => {
    const rig = rigOf(aPlan(['a', aTask('b', [{ task: 'a', when: ['failure'] }])])).succeed('a');
    const found = explained(rig, 'b');
    expect(found.status).toBe('skipped');
    expect(textsOf(found)[1]).toBe('a succeeded, which counts as skipped for `when: failure`.');
  });

  it('was skipped by the choice of a switch', () => {
    const plan = aPlan([aSwitch('s', ['x', 'y']), aTask('b', [{ task: 's', case: ['y'] }])]);
    const rig = rigOf(plan, { choice: 'x' });
    expect(textsOf(explained(rig, 'b'))[1]).toBe(
      's succeeded, which counts as skipped for `case: y` (it chose x).',
    );
  });

  it('was skipped by its `if`', () => {
    const rig = rigOf(aPlan([aTask('a', [], { if: 'inputs.go' })]), { go: false });
    expect(textsOf(explained(rig, 'a'))[0]).toBe('Its `if: inputs.go` is false.');
  });

  it('lies behind a failure', () => {
    const rig = rigOf(aPlan(['a', aTask('b', ['a'])])).fail('a');
    expect(explained(rig, 'b').status).toBe('upstream_failed');
    expect(textsOf(explained(rig, 'b'))[0]).toBe('a failed, which counts as a failure.');
  });

  it('was cancelled with the run, or with its fan-out', () => {
    const rig = rigOf(aPlan(['a'])).cancel();
    expect(textsOf(explained(rig, 'a'))).toContain('The run was cancelled.');
    const fan = rigOf(aPlan([aFanOut('f', 2)])).fail('f[0]');
    expect(explained(fan, 'f[1]').status).toBe('cancelled');
    expect(codesOf(explained(fan, 'f[1]'))).toContain('fan_out_stopped');
  });
});

describe('a node in a queue', () => {
  it('waits for a worker with a free slot', () => {
    const found = explained(rigOf(aPlan(['a'])), 'a');
    expect(found.status).toBe('queued');
    expect(codesOf(found)).toEqual(['sent', 'rank']);
  });

  it('waits for ever when nobody serves the queue, or has what it needs', () => {
    const rig = rigOf(
      aPlan([
        aTask('a', [], { queue: 'gpu' }),
        aTask('f', [], { action: { uses: 'function', with: { name: 'train' } } }),
      ]),
    );
    expect(textsOf(explained(rig, 'a'))[0]).toBe(
      'No live worker serves the queue gpu. Start one: sluice worker --queues gpu',
    );
    expect(textsOf(explained(rig, 'f'))[0]).toContain('has function:train');
  });

  it('waits in the orchestrator when the window of the queue is full', () => {
    const rig = new ShardRig(aPlan(['a', 'b']), { window: 1 }).start();
    expect(codesOf(explained(rig, 'b'))).toContain('not_sent');
  });

  it('has the terms of its rank, and its place as the orchestrator says it', () => {
    const rig = new ShardRig(aPlan(['a', 'b', 'c']), { window: 1 }).start();
    rig.now += 130_000;
    const rank = rankOf(rig.shard, rig.run, rig.indexOf('c'), rig.now);
    expect(textsOf(explained(rig, 'c', { rank: () => rank })).at(-1)).toBe(
      "Its turn comes by priority 5, raised to 7 after 2m 10s of waiting (one class a minute); longest path from here 1.0s by learned durations. Of its shard's 2 ready nodes that wait for the queue default, 1 goes before it.",
    );
    expect(explained(rig, 'c').reasons.at(-1)).toMatchObject({ code: 'rank', priority: 5, before: null });
  });

  it('is not decided about when no orchestrator lives', () => {
    expect(codesOf(explained(rigOf(aPlan(['a'])), 'a', { orchestrators: 0 }))[0]).toBe('no_orchestrator');
  });
});

describe('a node that ended without working', () => {
  const shortcut = (rig: ShardRig, node: string) => () =>
    rig.events.findLast((event) => event.node === rig.indexOf(node) && event.type === 'node.marked');

  it('was marked by a person, who is named', () => {
    const rig = rigOf(aPlan(['a']));
    rig.fail('a');
    rig.ask({ type: 'mark', node: 'a', as: 'succeeded', by: 'ann', reason: 'done by hand.' });
    const found = explained(rig, 'a', { shortcut: shortcut(rig, 'a') });
    expect(textsOf(found)).toEqual(['ann marked it as succeeded: done by hand.']);
    expect(codesOf(found)).toEqual(['marked']);
  });

  it('was taken over, or served from the cache', () => {
    const rig = rigOf(aPlan(['a'])).succeed('a');
    const event = { seq: 9, node: 0, at: rig.now, detail: { run: 'R1', as: 'succeeded' } } as const;
    const say = (type: 'node.reused' | 'node.cached') =>
      explained(rig, 'a', { shortcut: () => ({ ...event, type }) }).reasons;
    expect(say('node.reused')).toMatchObject([{ code: 'reused', run: 'R1' }]);
    expect(say('node.cached')).toMatchObject([{ code: 'cached', run: 'R1' }]);
  });
});

describe('sentences', () => {
  it('end with one full stop, also where people wrote one', () => {
    const rig = rigOf(aPlan(['a', 'b']));
    rig.ask({ type: 'cancel', graceMs: 0, reason: 'boom.' });
    const texts = explainRun(rig.restore(), factsOf(rig)).reasons.map(({ text }) => text);
    expect(texts.join(' ')).toContain('boom.');
    expect(texts.join(' ')).not.toContain('..');
  });
});

describe('a node under way', () => {
  it('is worked on by a worker, until its timeout', () => {
    const rig = rigOf(aPlan([aTask('a', [], { timeoutMs: 60_000 })]));
    rig.claim('a');
    rig.now += 5_000;
    const found = explained(rig, 'a');
    expect(textsOf(found)[0]).toBe('The worker w works on it since 5.0s.');
    expect(found.reasons[1]).toMatchObject({ code: 'timer', kind: 'timeout' });
  });

  it('has lost its worker', () => {
    const rig = rigOf(aPlan(['a']));
    rig.claim('a');
    expect(textsOf(explained(rig, 'a', { workers: [] }))[1]).toContain('does not answer');
  });

  it('was told to stop', () => {
    const rig = rigOf(aPlan(['a']));
    rig.claim('a');
    rig.cancel(1_000);
    expect(codesOf(explained(rig, 'a'))).toEqual(['run_cancelling', 'stopping', 'timer', 'working']);
  });

  it('is a fan-out whose nodes are counted', () => {
    const rig = rigOf(
      aPlan([aFanOut('f', 4, { maxParallel: 2, failFast: false, maxFailures: { count: 1 } })]),
    )
      .succeed('f[0]')
      .fail('f[1]');
    expect(textsOf(explained(rig, 'f'))).toEqual(['Of its 4 nodes 1 succeeded, 1 failed, 2 under way.']);
  });

  it('will be tried again, at a time', () => {
    const rig = rigOf(aPlan([aTask('a', [], { retry: aRetry(3, { delayMs: 4_000 }) })])).fail('a', {
      message: 'no network',
    });
    const found = explained(rig, 'a');
    expect(found).toMatchObject({ status: 'retrying', goes_on_at: new Date(rig.now + 4_000).toISOString() });
    expect(textsOf(found)).toEqual([
      'Attempt 1 of 3 failed; the next one begins in 4.0s (retry: fixed from 4.0s).',
      'exit_code: no network',
    ]);
  });

  it('waits until a time', () => {
    const rig = rigOf(aPlan([aTask('a', [], { action: { uses: 'wait', with: { for: '1h' } } })]));
    const found = explained(rig, 'a');
    expect(found).toMatchObject({
      status: 'waiting',
      goes_on_at: new Date(rig.now + 3_600_000).toISOString(),
    });
    expect(codesOf(found)).toEqual(['wait_time']);
  });
});

describe('a node that waits for somebody', () => {
  it('names the signal, and how to send it', () => {
    const rig = rigOf(
      aPlan([aTask('a', [], { action: { uses: 'wait', with: { signal: 'go', for: '1h' } } })]),
    );
    const found = explained(rig, 'a');
    expect(codesOf(found)).toEqual(['wait_signal']);
    expect(textsOf(found)[0]).toContain(`sluice signal ${rig.runId} go. Without it the wait expires, in 1h.`);
  });

  it('names those who may approve, and how', () => {
    const rig = rigOf(
      aPlan([aTask('a', [], { action: { uses: 'approval', with: { approvers: ['ann'] } } })]),
    );
    expect(textsOf(explained(rig, 'a'))[0]).toBe(
      `Waits for ann to decide: sluice approve ${rig.runId} a, or sluice reject ${rig.runId} a.`,
    );
  });

  it('does another iteration', () => {
    const repeat = { until: 'self.outputs.done', delayMs: 5_000 };
    const rig = rigOf(aPlan([aTask('a', [], { repeat })])).succeed('a', { done: false });
    expect(textsOf(explained(rig, 'a'))[0]).toBe(
      '1 iterations are done: `until: self.outputs.done` is not true yet. The next one begins, in 5.0s.',
    );
  });
});

describe('a node that has ended', () => {
  it('succeeded, after how many attempts', () => {
    const rig = rigOf(aPlan([aTask('a', [], { retry: aRetry(2) }), aTask('z', ['a'])]))
      .fail('a')
      .wait(1_000)
      .succeed('a');
    expect(textsOf(explained(rig, 'a'))[0]).toMatch(/^Succeeded at attempt 2/);
  });

  it.each([
    ['has no retry', {}, {}, 'The task has no `retry`.'],
    ['used all attempts', { attempts: 1 + 1, delayMs: 0 }, {}, 'All 2 attempts were used.'],
    [
      'refused by `on`',
      { attempts: 3, on: 'error.exit_code == 75' },
      { exit_code: 3 },
      '`retry.on: error.exit_code == 75` is not true of this error.',
    ],
    [
      'passed its budget',
      { attempts: 3, budgetMs: 500 },
      {},
      'Another attempt would begin after `retry.budget` of 500ms.',
    ],
  ])('failed for good: %s', (_title, retry, error, text) => {
    const rig = rigOf(aPlan([aTask('a', [], { retry: aRetry(1, retry) })]));
    for (let tries = 0; rig.state('a') !== 'failed' && tries < 5; tries++) rig.fail('a', error).wait(1_000);
    const found = explained(rig, 'a');
    expect(found.status).toBe('failed');
    expect(textsOf(found)).toContain(text);
  });

  it('tells the attempts before, where the history was read', () => {
    const rig = rigOf(aPlan([aTask('a', [], { retry: aRetry(2, { delayMs: 0 }) })]))
      .fail('a')
      .wait(10)
      .fail('a');
    const attempts = () => [
      { attempt: 1, error: { code: 'timeout' as const, message: 'too slow\nmore' }, at: rig.now },
    ];
    expect(textsOf(explained(rig, 'a', { attempts }))).toContain('Attempt 1 failed with timeout: too slow');
  });
});

describe('a run', () => {
  it('lists what is open first, then failures, then what was passed over; of a fan-out only the first', () => {
    const plan = aPlan(['bad', aTask('after', ['bad']), aFanOut('f', 40), aTask('later', ['f'])]);
    const found = explainRun(rigOf(plan).fail('bad').restore(), factsOf(rigOf(plan)));
    expect(found.nodes.map(({ node }) => node)).toEqual([
      'f',
      'f[0]',
      'f[1]',
      'f[2]',
      'f[3]',
      'f[4]',
      'bad',
      'later',
      'after',
    ]);
  });

  it('says that it has ended, and why', () => {
    const rig = rigOf(aPlan(['a'])).fail('a');
    expect(explainRun(rig.restore(), factsOf(rig)).reasons).toMatchObject([
      { code: 'run_ended', status: 'failed' },
    ]);
  });

  it('asks for few flights and timers', () => {
    const rig = rigOf(aPlan([aFanOut('f', 40)]));
    const { flights, timers } = readsOf(rig.restore(), [0, 1, 2]);
    expect(flights).toHaveLength(3);
    expect(timers.length).toBeLessThan(40);
  });
});

it('has a sentence for each state that there is', () => {
  for (const state of NODE_STATES) {
    const run = rigOf(aPlan(['a', aTask('b', ['a'])])).restore();
    const record = run.nodes[1];
    if (record) record.state = state;
    const found = explainNode(run, 1, someFacts());
    expect(found?.reasons.length, state).toBeGreaterThan(state === 'blocked' ? -1 : 0);
  }
});
