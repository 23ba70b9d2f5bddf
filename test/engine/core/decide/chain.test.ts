import { describe, expect, it } from 'vitest';
import { CHAIN_MS, MAX_LINKS } from '../../../../engine/core/chain/chain.ts';
import type { PlanTask } from '../../../../engine/core/plan.ts';
import { aFanOut, aPlan, aRetry, aSwitch, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const facts = { workersOf: () => [], subscribersOf: () => [], mayJoin: () => true };

const rigOf = (...tasks: (string | TaskDraft)[]) =>
  new ShardRig(aPlan(tasks), { forgetful: true, facts }).start();

const abc = () => rigOf('a', aTask('b', ['a']), aTask('c', ['b']));

/** Tasks that travel with the newest ticket, itself first. */
function travelling(rig: ShardRig): string[] {
  const ticket = rig.tickets.at(-1);
  return ticket ? [ticket.task, ...(ticket.chain?.links.map(({ task }) => task.id) ?? [])] : [];
}

const flightAt = (rig: ShardRig, node: number, attempt = 1) =>
  rig.flights.get(`${rig.runId}:${node}:1:${attempt}`);

/** The worker succeeds with the node and claims the next in the same step; its owner may hear of it later. */
function goOn(rig: ShardRig, from: string, to: string) {
  const outcome = rig.outcome(from, { status: 'succeeded', outputs: {} });
  const flight = `${rig.runId}:${rig.indexOf(to)}:1:1`;
  expect(rig.flights.get(flight)).toMatch(/^j/);
  rig.flights.set(flight, 'c|1|0|s1');
  return { ...outcome, next: { flight, session: 's1' } };
}

describe('nodes that need only each other', () => {
  it('travel as one dispatch, each with a flight of its own', () => {
    const rig = abc();
    expect(travelling(rig)).toEqual(['a', 'b', 'c']);
    expect([0, 1, 2].map((node) => flightAt(rig, node))).toEqual(['s|0|0|', 'j|0|0|0', 'j|0|0|1']);
    expect(rig.states()).toEqual({ a: 'queued', b: 'pending', c: 'pending' });
  });

  it('go through the same steps as alone', () => {
    const rig = abc();
    rig.deliver(goOn(rig, 'a', 'b'));
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'queued', c: 'pending' });
    rig.deliver(goOn(rig, 'b', 'c'));
    rig.succeed('c');
    expect(rig.header.status).toBe('succeeded');
    const alone = new ShardRig(rig.plan, { forgetful: true }).start().succeed('a').succeed('b').succeed('c');
    expect(rig.events.map(({ type, node, attempt }) => ({ type, node, attempt }))).toEqual(
      alone.events.map(({ type, node, attempt }) => ({ type, node, attempt })),
    );
    expect(rig.tickets).toHaveLength(1);
    expect(rig.flights.size).toBe(0);
  });

  it('are dispatched anew where the worker went no further', () => {
    const rig = abc().succeed('a');
    expect(rig.tickets).toHaveLength(2);
    expect(travelling(rig)).toEqual(['b', 'c']);
    expect([0, 1, 2].map((node) => flightAt(rig, node))).toEqual([undefined, 's|0|0|', 'j|0|0|1']);
  });

  it('are withdrawn by a failure; the retry travels alone', () => {
    const rig = rigOf(aTask('a', [], { retry: aRetry(2) }), aTask('b', ['a'])).fail('a');
    expect(rig.flights.size).toBe(0);
    rig.wait(60_000);
    expect(travelling(rig)).toEqual(['a']);
    rig.succeed('a');
    expect(travelling(rig)).toEqual(['b']);
    expect(rig.succeed('b').header.status).toBe('succeeded');
  });

  it('take at most so many along', () => {
    const names = Array.from({ length: MAX_LINKS + 5 }, (_, i) => `t${i}`);
    const rig = rigOf(...names.map((name, i) => aTask(name, i === 0 ? [] : [names[i - 1] ?? ''])));
    expect(travelling(rig)).toHaveLength(MAX_LINKS + 1);
  });
});

describe('what is joined', () => {
  const reads = (text: string): Partial<PlanTask> => ({ action: { uses: 'work', with: { x: text } } });

  it('may read inputs, the chain, and what has succeeded before it', () => {
    const rig = new ShardRig(
      aPlan(['z', aTask('a', ['z']), aTask('b', ['a'], reads('${{ inputs.n }} ${{ tasks.z.outputs.o }}'))]),
      { inputs: { n: 5, m: 6 }, facts },
    ).start();
    expect(travelling(rig)).toEqual(['z', 'a', 'b']);
    rig.succeed('z', { o: 'here' });
    expect(rig.tickets.at(-1)?.chain).toMatchObject({
      run: { inputs: { n: 5 } },
      known: [['z', { o: { o: 'here' } }]],
    });
  });

  it('goes along the longest way where several could follow', () => {
    const rig = rigOf('a', aTask('short', ['a']), aTask('long', ['a']), aTask('end', ['long']));
    expect(travelling(rig)).toEqual(['a', 'long', 'end']);
    rig.deliver(goOn(rig, 'a', 'long'));
    expect(travelling(rig)).toEqual(['short']);
  });

  it.each<[string, Partial<PlanTask>]>([
    ['has a condition', { if: 'true' }],
    ['has another rule', { triggerRule: 'all_done' }],
    ['has a limit', { concurrency: [{ key: 'k', limit: 1 }] }],
    ['repeats', { repeat: { max: 2, delayMs: 0 } }],
    ['goes to another queue', { queue: 'gpu' }],
    ['takes more slots', { slots: 2 }],
    ['is of another priority', { priority: 1 }],
    ['reads the time', reads('${{ now() }}')],
    ['reads the status of a task', reads('${{ tasks.a.status }}')],
    ['reads tasks that cannot be told apart', reads('${{ toJSON(tasks) }}')],
    ['reads what may change of its run', reads('${{ run.status }}')],
  ])('is no node that %s', (_what, change) => {
    expect(travelling(rigOf('a', aTask('b', ['a'], change)))).toEqual(['a']);
  });

  it('is no node that waits for others, no fan-out and no switch', () => {
    expect(travelling(rigOf('a', 'z', aTask('b', ['a', 'z'])))).toEqual(['z']);
    expect(travelling(rigOf('a', { ...aFanOut('b', 2), needs: ['a'] } as TaskDraft))).toEqual(['a']);
    expect(travelling(rigOf('a', { ...aSwitch('b', ['x']), needs: ['a'] } as TaskDraft))).toEqual(['a']);
  });

  it('is nothing where a worker of the queue cannot go on, or nodes are counted, or work has proved to be long', () => {
    const plan = aPlan(['a', aTask('b', ['a'])]);
    expect(travelling(new ShardRig(plan).start())).toEqual(['a']);
    const counted = aPlan(['a', aTask('b', ['a'])], { maxParallel: 3 });
    expect(travelling(new ShardRig(counted, { facts }).start())).toEqual(['a']);
    const slow = new ShardRig(plan, { facts });
    const { namespace, workflow } = slow.header;
    slow.shard.durations.learn({ namespace, workflow, task: 'b' }, CHAIN_MS + 1);
    expect(travelling(slow.start())).toEqual(['a']);
  });
});

describe('a chain that is under way', () => {
  it('ends with a cancel: nothing joined can be claimed any more', () => {
    const rig = abc();
    rig.claim('a');
    rig.cancel();
    expect(rig.states()).toEqual({ a: 'running', b: 'cancelled', c: 'cancelled' });
    expect([...rig.flights.values()]).toEqual(['x|1|0|s1']);
  });

  it('a cancel stops what the worker has gone on with meanwhile, once that is known to have begun', () => {
    const rig = abc();
    rig.claim('a');
    const settled = goOn(rig, 'a', 'b');
    rig.cancel();
    expect(rig.states()).toEqual({ a: 'running', b: 'pending', c: 'cancelled' });
    rig.deliver(settled);
    expect(rig.state('a')).toBe('succeeded');
    expect(flightAt(rig, 1)).toBe('x|1|0|s1');
    rig.deliver(rig.outcome('b', { status: 'cancelled' }));
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'cancelled', c: 'cancelled' });
    expect(rig.header.status).toBe('cancelled');
    expect(rig.flights.size).toBe(0);
  });

  it('goes no further once the run is paused, and on again when it is resumed', () => {
    const rig = abc();
    rig.claim('a');
    rig.ask({ type: 'pause' });
    expect([...rig.flights.values()]).toEqual(['c|1|0|s1']);
    rig.succeed('a');
    expect(rig.tickets).toHaveLength(1);
    rig.ask({ type: 'resume' });
    expect(travelling(rig)).toEqual(['b', 'c']);
  });

  it('what began before the pause goes on', () => {
    const rig = abc();
    rig.claim('a');
    const settled = goOn(rig, 'a', 'b');
    rig.ask({ type: 'pause' });
    rig.deliver(settled);
    expect(rig.states()).toEqual({ a: 'succeeded', b: 'queued', c: 'pending' });
    expect([...rig.flights.values()]).toEqual(['c|1|0|s1']);
    rig.succeed('b');
    rig.ask({ type: 'resume' });
    expect(rig.succeed('c').header.status).toBe('succeeded');
  });

  it('a node of it may be marked, unless a worker is just going on to it', () => {
    const rig = abc();
    rig.claim('a');
    expect(rig.ask({ type: 'mark', node: 'b', as: 'skipped' })).toMatchObject({ ok: true });
    expect([...rig.flights.values()]).toEqual(['c|1|0|s1']);
    const other = abc();
    other.claim('a');
    const settled = goOn(other, 'a', 'b');
    const answer = other.ask({ type: 'mark', node: 'b', as: 'skipped' });
    expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('ask again') });
    other.deliver(settled);
    other.succeed('b').succeed('c');
    expect(other.header.status).toBe('succeeded');
  });
});
