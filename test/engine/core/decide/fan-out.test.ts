import { describe, expect, it } from 'vitest';
import { MAX_COMMIT_NODES } from '../../../../engine/core/commit.ts';
import { aFanOut, aPlan, aRetry, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks)).start();
const action = (value: string) => ({ action: { uses: 'transform', with: { value } } });

describe('foreach', () => {
  it('makes a node of each item and joins their outputs in item order', () => {
    const rig = rigOf(
      'list',
      aFanOut('f', '${{ tasks.list.outputs.items }}', { needs: ['list'] }),
      aTask('join', ['f'], { action: { uses: 'work', with: { all: '${{ tasks.f.outputs.y }}' } } }),
    );
    rig.succeed('list', { items: ['a', 'b', 'c'] });
    expect(rig.tickets.slice(1).map(({ task, index }) => [task, index])).toEqual([
      ['f', 0],
      ['f', 1],
      ['f', 2],
    ]);
    rig.succeed('f[2]', { y: 30 }).succeed('f[0]', { y: 10 });
    expect(rig.state('join')).toBe('pending');
    rig.succeed('f[1]', {});
    expect(rig.states()).toMatchObject({ f: 'succeeded', join: 'queued' });
    expect(rig.tickets.at(-1)?.with).toEqual({ all: [10, null, 30] });
  });

  it('succeeds without items, every output an empty list', () => {
    const rig = rigOf(
      aFanOut('f', 0),
      aTask('join', ['f'], { action: { uses: 'work', with: { all: '${{ tasks.f.outputs.anything }}' } } }),
    );
    expect(rig.state('f')).toBe('succeeded');
    expect(rig.tickets[0]?.with).toEqual({ all: [] });
  });

  it.each([
    ['${{ 5 }}', 'expression_error'],
    ['${{ inputs.gone }}', 'unresolved_reference'],
  ])('fails when %s is no list', (items, code) => {
    const rig = rigOf(aFanOut('f', items));
    expect(rig.state('f')).toBe('failed');
    expect(rig.left('f').e?.code).toBe(code);
  });

  it('gives each node its item and index', () => {
    const rig = rigOf(
      aFanOut('f', "${{ split('x,y', ',') }}", {
        action: { uses: 'work', with: { i: '${{ index }}', it: '${{ item }}' } },
      }),
    );
    expect(rig.tickets.map((ticket) => ticket.with)).toEqual([
      { i: 0, it: 'x' },
      { i: 1, it: 'y' },
    ]);
  });

  it('works on no more nodes at once than max_parallel', () => {
    const rig = rigOf(aFanOut('f', 5, { maxParallel: 2 }));
    expect(rig.nodeStates('f')).toEqual(['queued', 'queued']);
    rig.succeed('f[1]');
    expect(rig.nodeStates('f')).toEqual(['queued', 'succeeded', 'queued']);
    for (const item of [0, 2, 3, 4]) rig.succeed(`f[${item}]`);
    expect(rig.state('f')).toBe('succeeded');
  });

  it('asks an `if` that names the item for each node', () => {
    const rig = rigOf(aFanOut('f', 4, { if: 'item > 1', ifPerNode: true }), aTask('next', ['f']));
    expect(rig.nodeStates('f')).toEqual(['skipped', 'skipped', 'queued', 'queued']);
    rig.succeed('f[2]').succeed('f[3]');
    expect(rig.states()).toEqual({ f: 'succeeded', next: 'queued' });
  });

  it('is skipped when all its nodes are', () => {
    const rig = rigOf(aFanOut('f', 3, { if: 'item > 9', ifPerNode: true }), aTask('next', ['f']));
    expect(rig.states()).toEqual({ f: 'skipped', next: 'skipped' });
  });

  it('fails a node whose `if` cannot be evaluated', () => {
    const rig = rigOf(aFanOut('f', 2, { if: 'item.deep.gone', ifPerNode: true }));
    expect(rig.state('f')).toBe('failed');
    expect(rig.left('f').e?.code).toBe('fan_out_failed');
  });

  it('needs no worker where its action needs none', () => {
    const rig = rigOf(
      aFanOut('f', 3, action('${{ fromJSON(format(\'{{"n": {0}}}\', mul(item, 2))) }}')),
      aTask('join', ['f'], { action: { uses: 'work', with: { n: '${{ tasks.f.outputs.n }}' } } }),
    );
    expect(rig.tickets.map((ticket) => ticket.with)).toEqual([{ n: [0, 2, 4] }]);
  });
});

describe('matrix', () => {
  it('makes a node of each combination', () => {
    const axes = [
      { name: 'os', values: ['a', 'b'] },
      { name: 'v', values: '${{ range(1, 3) }}' },
    ];
    const rig = rigOf(
      aTask('m', [], {
        fanOut: { kind: 'matrix', axes, include: [{ os: 'c', v: 9 }], exclude: [{ os: 'b', v: 1 }] },
        action: { uses: 'work', with: { at: '${{ matrix.os }}${{ matrix.v }}' } },
      }),
    );
    expect(rig.tickets.map((ticket) => ticket.with['at'])).toEqual(['a1', 'a2', 'b2', 'c9']);
  });
});

describe('max_failures and fail_fast', () => {
  it('stops the rest when the first failure spends the budget', () => {
    const rig = rigOf(aFanOut('f', 5, { maxParallel: 3 }), aTask('next', ['f']));
    rig.claim('f[1]');
    rig.fail('f[0]', { message: 'broken' });
    expect(rig.nodeStates('f')).toEqual(['failed', 'running', 'cancelled']);
    expect(rig.flights.get(rig.keyOf('f[1]'))).toBe('x|1|0|s1');
    expect(rig.state('f')).toBe('running');
    rig.deliver(rig.outcome('f[1]', { status: 'cancelled' }));
    expect(rig.states()).toEqual({ f: 'failed', next: 'upstream_failed' });
    expect(rig.left('f').e).toMatchObject({ code: 'fan_out_failed' });
    expect(rig.left('f').e?.message).toMatch(/1 of 5 .*item 0: broken/);
    expect(rig.header.status).toBe('failed');
  });

  it('goes on without fail_fast, and fails in the end', () => {
    const rig = rigOf(aFanOut('f', 3, { failFast: false })).fail('f[0]');
    expect(rig.nodeStates('f')).toEqual(['failed', 'queued', 'queued']);
    expect(rig.succeed('f[1]').succeed('f[2]').state('f')).toBe('failed');
  });

  it.each([
    [{ count: 2 }, 2],
    [{ percent: 50 }, 2],
    [{ percent: 59 }, 2],
    [{ percent: 60 }, 3],
    [{ percent: 100 }, 5],
  ])('bears as many failures as %o of 5 allows', (maxFailures, allowed) => {
    const rig = rigOf(aFanOut('f', 5, { maxFailures, failFast: false }));
    for (let i = 0; i < allowed; i++) rig.fail(`f[${i}]`);
    for (let i = allowed; i < 5; i++) rig.succeed(`f[${i}]`);
    expect(rig.state('f')).toBe('succeeded');
    const worse = rigOf(aFanOut('f', 6, { maxFailures: { count: 2 }, failFast: false }));
    for (let i = 0; i < 3; i++) worse.fail(`f[${i}]`);
    for (let i = 3; i < 6; i++) worse.succeed(`f[${i}]`);
    expect(worse.state('f')).toBe('failed');
  });

  it('lets no stopped node try again', () => {
    const rig = rigOf(aFanOut('f', 2, { retry: aRetry(3, { on: "error.code == 'signal'" }) }));
    rig.claim('f[1]');
    rig.fail('f[0]');
    rig.fail('f[1]', { code: 'signal' });
    expect(rig.nodeStates('f')).toEqual(['failed', 'failed']);
    expect(rig.state('f')).toBe('failed');
  });

  it('cancels nodes that pause before another attempt', () => {
    const rig = rigOf(aFanOut('f', 2, { retry: aRetry(2, { on: "error.code == 'signal'" }) }));
    rig.fail('f[0]', { code: 'signal' });
    expect(rig.nodeStates('f')).toEqual(['retrying', 'queued']);
    expect(rig.fail('f[1]').nodeStates('f')).toEqual(['cancelled', 'failed']);
    expect(rig.timers.size).toBe(0);
  });

  it('comes to rest when a node that was held back is stopped while the run is full', () => {
    const f = aFanOut('f', 2, { retry: aRetry(2, { on: "error.code == 'signal'" }) });
    const plan = aPlan([f, 'a', aTask('b', ['a']), aTask('c', ['a']), aTask('d', ['a'])], { maxParallel: 3 });
    const rig = new ShardRig(plan).start().fail('f[0]', { code: 'signal' }).succeed('a');
    expect(rig.states()).toMatchObject({ b: 'queued', c: 'queued', d: 'blocked' });
    expect(rig.wait(1_000).nodeStates('f')).toEqual(['blocked', 'queued']);
    rig.fail('f[1]');
    expect(rig.states()).toMatchObject({ f: 'failed', b: 'queued', c: 'queued', d: 'queued' });
    expect(rig.nodeStates('f')).toEqual(['cancelled', 'failed']);
  });
});

describe('many nodes', () => {
  it('go over several commits, none larger than it may be, and all are worked on', () => {
    const rig = new ShardRig(aPlan([aFanOut('f', '${{ range(0, 1600) }}'), aTask('end', ['f'])]), {
      window: 40,
    }).start();
    expect(rig.nodeStates('f')).toHaveLength(1_600);
    expect(rig.commits.length).toBeGreaterThanOrEqual(1_600 / MAX_COMMIT_NODES);
    for (let done = 0; done < 1_600; ) {
      const sent = rig.tickets.slice(done);
      done += sent.length;
      rig.deliver(
        ...sent.map(({ index }) =>
          rig.outcome(`f[${index}]`, { status: 'succeeded', outputs: { i: index ?? 0 } }),
        ),
      );
    }
    expect(rig.states()).toEqual({ f: 'succeeded', end: 'queued' });
  });

  it('begin to work before all of them are created', () => {
    const rig = new ShardRig(aPlan([aFanOut('f', '${{ range(0, 5000) }}')]), { window: 40 }).start();
    const firstSent = rig.commits.findIndex(({ flights }) => flights.set.length > 0);
    expect(firstSent).toBeLessThan(3);
  });

  it('of an action without worker go over several commits, too', () => {
    const rig = rigOf(aFanOut('f', '${{ range(0, 1600) }}', { action: { uses: 'noop', with: {} } }));
    expect(rig.header.status).toBe('succeeded');
    expect(rig.commits.length).toBeGreaterThanOrEqual(2);
  });

  it('are cancelled over several commits', () => {
    const rig = rigOf(aFanOut('f', '${{ range(0, 1600) }}'), aTask('end', ['f'])).cancel();
    expect(rig.states()).toEqual({ f: 'cancelled', end: 'cancelled' });
    expect(rig.flights.size).toBe(0);
    expect(rig.header.status).toBe('cancelled');
  });

  it('send no more flights in one commit than it may hold', () => {
    const rig = rigOf(aFanOut('f', '${{ range(0, 1600) }}'));
    expect(rig.tickets).toHaveLength(1_600);
    for (const { flights } of rig.commits) expect(flights.set.length).toBeLessThanOrEqual(MAX_COMMIT_NODES);
  });

  it('close many small fan-outs without exceeding a commit', () => {
    const rig = rigOf(
      ...Array.from({ length: 1_500 }, (_, i) => aFanOut(`f${i}`, 1, { action: { uses: 'noop', with: {} } })),
    );
    expect(rig.header.status).toBe('succeeded');
  });
});
