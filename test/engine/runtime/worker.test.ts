import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TaskFailure } from '../../../engine/ports/executor.ts';
import type { WorkerOptions } from '../../../engine/runtime/worker.ts';
import { aRig, aTicket, calm, instantExecutor, RUN, steeredExecutor } from './worker-rig.ts';

async function outcomeOf(changes: Parameters<typeof aTicket>[0], options: Partial<WorkerOptions>) {
  const rig = aRig(options);
  const ticket = aTicket(changes);
  await rig.send(ticket);
  expect(await rig.worker.runOnce(ticket)).toEqual({ kind: 'done' });
  const [message, ...others] = await rig.inbox();
  expect(others).toEqual([]);
  if (message?.type !== 'settled') throw new Error(`unexpected message ${message?.type}`);
  return message.outcome;
}

describe('a ticket', () => {
  it('is claimed, worked on and settled with the outputs', async () => {
    const executor = instantExecutor(async (options) => ({ greeting: `hello ${options['name']}` }));
    const rig = aRig({ executors: [executor] });
    const ticket = aTicket({ with: { name: 'Ada' } });
    await rig.send(ticket);
    expect(await rig.worker.runOnce(ticket)).toEqual({ kind: 'done' });
    expect(await rig.inbox()).toEqual([
      {
        type: 'settled',
        run: RUN,
        node: 0,
        generation: 1,
        attempt: 1,
        delivery: 1,
        worker: 'worker-1',
        startedAt: 1_000_000,
        outcome: { status: 'succeeded', outputs: { greeting: 'hello Ada' } },
      },
    ]);
    expect(rig.worker.active()).toBe(0);
    expect(rig.calls).toEqual(['claim', 'settle']);
  });

  it('is dropped when its flight is gone', async () => {
    const rig = aRig();
    expect(await rig.worker.runOnce(aTicket())).toEqual({ kind: 'done' });
    expect(rig.executions).toHaveLength(0);
    expect(await rig.inbox()).toEqual([]);
  });

  it('goes back for a second while another session works on it', async () => {
    const rig = aRig();
    const ticket = aTicket();
    await rig.send(ticket);
    await rig.store.claim({ shard: 0, flight: `${RUN}:0:1:1` }, 'other');
    expect(await rig.worker.runOnce(ticket)).toEqual({ kind: 'later', afterMs: 1_000 });
    expect(rig.executions).toHaveLength(0);
  });

  it('that comes twice to the same worker is worked on once', async () => {
    const rig = aRig();
    const ticket = aTicket();
    await rig.send(ticket);
    const first = rig.worker.runOnce(ticket);
    await calm();
    expect(await rig.worker.runOnce(ticket)).toEqual({ kind: 'later', afterMs: 1_000 });
    expect(rig.executions).toHaveLength(1);
    rig.executions[0]?.succeed();
    expect(await first).toEqual({ kind: 'done' });
    expect(await rig.worker.runOnce(ticket)).toEqual({ kind: 'done' });
    expect(rig.executions).toHaveLength(1);
  });

  it('reaches the worker through its queues, as many at once as there are slots', async () => {
    const rig = aRig();
    const tickets = [0, 1, 2].map((node) => aTicket({ node }));
    for (const ticket of tickets) await rig.send(ticket);
    await rig.worker.start();
    await rig.queue.add(tickets);
    await calm();
    expect(rig.worker.active()).toBe(2);
    for (let i = 0; i < 3; i++) {
      rig.executions[i]?.succeed();
      await calm();
    }
    expect((await rig.inbox()).map((message) => message.type)).toEqual(['settled', 'settled', 'settled']);
    await rig.worker.stop(1_000);
  });
});

describe('what the executor is given', () => {
  it('is the task, its environment and options with defaults', async () => {
    const { executor, executions } = steeredExecutor({ options: z.object({ size: z.number().default(3) }) });
    const rig = aRig({ executors: [executor] });
    const ticket = aTicket({ index: 4, attempt: 2, env: { MONTH: 'May' }, cwd: 'sub', shell: 'sh' });
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await calm();
    expect(executions[0]?.options).toEqual({ size: 3 });
    expect(executions[0]?.context).toMatchObject({
      run: RUN,
      workflow: 'weather',
      task: 'build',
      index: 4,
      attempt: 2,
      env: { MONTH: 'May' },
      cwd: 'sub',
      shell: 'sh',
      logicalTime: '2026-01-01T00:00:00Z',
      graceMs: 10_000,
    });
    executions[0]?.succeed();
    await done;
  });
});

describe('an attempt fails', () => {
  const executors = [instantExecutor()];

  it('with the code that the executor gave', async () => {
    const failing = instantExecutor(async () => {
      throw new TaskFailure('exit_code', 'The process ended with 3.', { exit_code: 3 });
    });
    expect(await outcomeOf({}, { executors: [failing] })).toEqual({
      status: 'failed',
      error: { code: 'exit_code', message: 'The process ended with 3.', exit_code: 3 },
    });
  });

  it('as internal when the executor throws anything else, also before it returns a promise', async () => {
    const broken = instantExecutor(() => {
      throw new TypeError('x is not a function');
    });
    const outcome = await outcomeOf({}, { executors: [broken] });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'internal' } });
    expect(JSON.stringify(outcome)).toContain('x is not a function');
  });

  it.each(['nope', 'constructor', '__proto__'])('when the worker has no executor %s', async (uses) => {
    const outcome = await outcomeOf({ uses }, { executors });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'unknown_executor' } });
    expect(JSON.stringify(outcome)).toContain('it has work');
  });

  it('when options do not fit, and says which', async () => {
    const executor = { ...instantExecutor(), options: z.strictObject({ url: z.string() }) };
    const outcome = await outcomeOf({ with: { url: 7 } }, { executors: [executor] });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'invalid_options' } });
    expect(JSON.stringify(outcome)).toContain('`url`');
  });

  it.each([
    ['A-B', 'x', 'may hold only'],
    ['A\nB', 'x', 'may hold only'],
    ['A', 'a\0b', 'NUL'],
    ['BIG', 'ü'.repeat(33_000), '`files`'],
  ])('when the env %j cannot be given to a process', async (name, value, words) => {
    const outcome = await outcomeOf({ env: { [name]: value } }, { executors });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'invalid_options' } });
    expect(JSON.stringify(outcome)).toContain(words);
  });

  const returning = (outputs: unknown) => [instantExecutor(async () => outputs as Record<string, never>)];

  it.each([
    [{ a: { b: [1, Number.NaN] } }, '`outputs.a.b.1` is NaN'],
    [{ a: undefined }, '`outputs.a` is undefined'],
    [{ a: () => 1 }, '`outputs.a` is a function'],
    [{ a: 1n }, '`outputs.a` is a bigint'],
    [{ a: new Date(0) }, '`outputs.a` is a Date'],
    [undefined, '`outputs` is undefined'],
    [[1], '`outputs` is a list'],
  ])('when an output is not JSON: %o', async (outputs, words) => {
    const outcome = await outcomeOf({}, { executors: returning(outputs) });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'invalid_output' } });
    expect(JSON.stringify(outcome)).toContain(words);
  });

  it.each([
    [{ rows: 'many' }, '`rows` must be a whole number'],
    [{}, '`rows` is declared'],
    [{ rows: 1, list: [1, 'b'] }, '`list[1]` must be'],
  ])('when outputs do not fit their declaration: %j', async (outputs, words) => {
    const declared = {
      rows: { type: 'integer' },
      list: { type: 'array', items: { type: 'integer' }, required: false },
    } as const;
    const outcome = await outcomeOf({ outputs: declared }, { executors: returning(outputs) });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'invalid_output' } });
    expect(JSON.stringify(outcome)).toContain(words);
  });

  it('not when outputs fit; those not written take their default, and others may be there too', async () => {
    const declared = { rows: { type: 'integer' }, unit: { type: 'string', default: 'mm' } } as const;
    expect(await outcomeOf({ outputs: declared }, { executors: returning({ rows: 3, more: true }) })).toEqual(
      {
        status: 'succeeded',
        outputs: { rows: 3, unit: 'mm', more: true },
      },
    );
  });

  it('when an output contains itself', async () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(await outcomeOf({}, { executors: returning(loop) })).toMatchObject({
      error: { code: 'invalid_output' },
    });
  });

  it('when the outputs are larger than 1 MB as JSON, counted in bytes', async () => {
    const fits = { text: 'x'.repeat(999_000) };
    const tooLarge = { text: 'ü'.repeat(500_001) };
    expect(await outcomeOf({}, { executors: returning(fits) })).toMatchObject({ status: 'succeeded' });
    expect(await outcomeOf({}, { executors: returning(tooLarge) })).toMatchObject({
      error: { code: 'output_too_large' },
    });
  });
});

describe('what is told before the outcome', () => {
  it('is nothing when the work ends within 100 ms', async () => {
    const rig = aRig();
    const ticket = aTicket();
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await rig.clock.advance(95);
    rig.executions[0]?.succeed();
    await done;
    await rig.clock.advance(10_000);
    expect((await rig.inbox()).map((message) => message.type)).toEqual(['settled']);
  });

  it('is that it started, with the time of the claim, once it has gone on for 100 ms', async () => {
    const rig = aRig();
    const ticket = aTicket();
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await rig.clock.advance(105);
    expect(await rig.inbox()).toEqual([
      {
        type: 'started',
        run: RUN,
        node: 0,
        generation: 1,
        attempt: 1,
        delivery: 1,
        worker: 'worker-1',
        at: 1_000_000,
      },
    ]);
    await rig.clock.advance(60_000);
    rig.executions[0]?.succeed();
    await done;
    expect((await rig.inbox()).map((message) => message.type)).toEqual(['started', 'settled']);
  });

  it('is told in time also while another attempt is not due for long', async () => {
    const rig = aRig();
    const tickets = [aTicket({ timeout_ms: 60_000 }), aTicket({ node: 1 })];
    for (const ticket of tickets) await rig.send(ticket);
    const first = rig.worker.runOnce(aTicket({ timeout_ms: 60_000 }));
    await rig.clock.advance(1_000);
    const second = rig.worker.runOnce(aTicket({ node: 1 }));
    await rig.clock.advance(105);
    expect((await rig.inbox()).map((message) => message.type)).toEqual(['started', 'started']);
    for (const execution of rig.executions) execution.succeed();
    await Promise.all([first, second]);
  });

  it('is repeated when it was not taken', async () => {
    const rig = aRig();
    const ticket = aTicket();
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    rig.down.add('send');
    await rig.clock.advance(500);
    rig.down.delete('send');
    await rig.clock.advance(2_000);
    rig.executions[0]?.succeed();
    await done;
    expect((await rig.inbox()).map((message) => message.type)).toEqual(['started', 'settled']);
  });

  it('is progress, at most once a second, the newest value, and only when it changed', async () => {
    const rig = aRig();
    const ticket = aTicket();
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await calm();
    const context = rig.executions[0]?.context;
    for (let step = 1; step <= 30; step++) {
      context?.progress(step / 100);
      await rig.clock.advance(100);
    }
    context?.progress(Number.NaN);
    context?.progress(7);
    await rig.clock.advance(2_000);
    context?.progress(1);
    await rig.clock.advance(2_000);
    rig.executions[0]?.succeed();
    await done;
    const messages = await rig.inbox();
    expect(messages.map((message) => message.type)).toEqual([
      'started',
      ...Array(4).fill('progress'),
      'settled',
    ]);
    const fractions = messages.flatMap((message) => (message.type === 'progress' ? [message.fraction] : []));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });
});

describe('the worker', () => {
  it('announces itself while it runs and leaves when it stops', async () => {
    const rig = aRig({ labels: { gpu: 'yes' } });
    await rig.worker.start();
    await rig.clock.advance(20_000);
    expect(await rig.membership.workers()).toMatchObject([
      {
        session: 'session-1',
        name: 'worker-1',
        queues: { default: 2 },
        labels: { gpu: 'yes' },
        executors: ['work'],
        clockAheadMs: 0,
      },
    ]);
    await rig.worker.stop(1_000);
    expect(await rig.membership.workers()).toEqual([]);
    await rig.clock.advance(10_000);
    expect(await rig.membership.workers()).toEqual([]);
  });

  it('stores the lines of the task before its outcome', async () => {
    const rig = aRig();
    const ticket = aTicket({ attempt: 2 });
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await calm();
    rig.executions[0]?.context.log.line('stdout', 'one');
    rig.executions[0]?.context.log.line('stderr', 'two');
    rig.executions[0]?.succeed();
    await done;
    expect(await rig.logs.read({ run: RUN, node: 0, attempt: 2 }, '0', 10)).toMatchObject([
      { stream: 'stdout', text: 'one', at: 1_000_000 },
      { stream: 'stderr', text: 'two' },
    ]);
  });
});
