import { describe, expect, it } from 'vitest';
import { createManualClock, createMemoryLogStore } from '../../../engine/memory/index.ts';
import { createMemoryWorkspace } from '../../../engine/memory/workspace.ts';
import { TaskFailure } from '../../../engine/ports/executor.ts';
import type { LogStore } from '../../../engine/ports/log-store.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { AlarmLoop } from '../../../engine/runtime/alarm-loop.ts';
import { Attempt } from '../../../engine/runtime/attempt/attempt.ts';
import { UnstoredLogs } from '../../../engine/runtime/attempt/unstored-logs.ts';
import { aRig, aTicket, calm, type Execution, RUN, steeredExecutor } from './worker-rig.ts';

type Rig = ReturnType<typeof aRig>;

/** A started worker that works on the ticket. */
async function working(ticket = aTicket(), changes: Parameters<typeof aRig>[0] = {}) {
  const rig = aRig(changes);
  await rig.send(ticket);
  await rig.worker.start();
  await rig.queue.add([ticket]);
  await calm();
  return { rig, ticket, execution: executionOf(rig) };
}

function executionOf(rig: Rig): Execution {
  const execution = rig.executions[0];
  if (execution === undefined) throw new Error('nothing is being executed');
  return execution;
}

/** A worker whose attempt has ended while its log store was away, and which is told to stop. */
async function stoppingWithLines(lines: number) {
  const kept = createMemoryLogStore();
  const store = { isDown: true };
  const append: LogStore['append'] = async (...args) => {
    if (store.isDown) throw new Error('away');
    await kept.append(...args);
  };
  const { rig, execution } = await working(aTicket(), { logs: { ...kept, append } });
  for (let i = 0; i < lines; i++) execution.context.log.line('stdout', `line ${i}`);
  execution.succeed();
  await rig.clock.advance(1_000);
  let hasStopped = false;
  const stopped = rig.worker.stop(60_000).then(() => {
    hasStopped = true;
  });
  const lost = () =>
    rig.said.flatMap(({ level, fields }) => (level === 'error' && 'lines' in fields ? [fields] : []));
  const read = () => kept.read({ run: RUN, node: 0, attempt: 1 }, '0', 100);
  return { rig, store, stopped, hasStopped: () => hasStopped, lost, read };
}

/** An attempt without a worker. */
function anAttempt() {
  const clock = createManualClock(0);
  const { executor, executions } = steeredExecutor();
  const claim = { shard: 0, flight: 'f', delivery: 1, at: 0 };
  const attempt = new Attempt(aTicket(), claim, {
    executors: new Map([[executor.name, executor]]),
    workspace: createMemoryWorkspace(),
    logs: createMemoryLogStore(),
    unstored: new UnstoredLogs(SILENT),
    clock,
    logger: SILENT,
    alarms: new AlarmLoop(clock),
    graceMs: 100,
    worker: 'worker-1',
    tell: async () => true,
    onOutage: () => {},
    giveUp: new AbortController().signal,
  });
  return { clock, executions, attempt };
}

async function outcomes(rig: Rig) {
  const messages = await rig.inbox();
  return messages.flatMap((message) =>
    message.type === 'settled' || message.type === 'late' ? [[message.type, message.outcome.status]] : [],
  );
}

describe('an attempt that its shard wants stopped', () => {
  it('is told at the next heartbeat, and ends as cancelled', async () => {
    const { rig, ticket, execution } = await working();
    await rig.tellToStop(ticket);
    expect(execution.context.signal.aborted).toBe(false);
    await rig.clock.advance(500);
    expect(execution.context.signal.reason).toBe('cancelled');
    execution.fail(new TaskFailure('signal', 'Ended by SIGTERM.'));
    await rig.clock.advance(0);
    expect(await outcomes(rig)).toEqual([['settled', 'cancelled']]);
    await rig.worker.stop(0);
  });

  it('ends as cancelled too when the executor makes a success of it after it was told', async () => {
    const { rig, ticket, execution } = await working();
    await rig.tellToStop(ticket);
    await rig.clock.advance(500);
    execution.succeed({ half: true });
    await rig.clock.advance(0);
    expect(await outcomes(rig)).toEqual([['settled', 'cancelled']]);
  });

  it('stays a success when it had ended before it was told', async () => {
    const { rig, ticket, execution } = await working();
    rig.down.add('settle');
    execution.succeed();
    await calm();
    await rig.tellToStop(ticket);
    await rig.clock.advance(3_000);
    rig.down.clear();
    await rig.clock.advance(3_000);
    expect(await outcomes(rig)).toEqual([['settled', 'succeeded']]);
  });

  it('frees its slot after grace and force even if the executor never ends', async () => {
    const { rig, ticket } = await working();
    await rig.tellToStop(ticket);
    await rig.clock.advance(12_400);
    expect(rig.worker.active()).toBe(1);
    await rig.clock.advance(200);
    expect(rig.worker.active()).toBe(0);
    expect(await outcomes(rig)).toEqual([['settled', 'cancelled']]);
    expect(rig.said.some((line) => line.level === 'error' && line.fields['executor'] === 'work')).toBe(true);
  });

  it('is stopped also when its flight went to another worker, and its result is late', async () => {
    const { rig, ticket, execution } = await working();
    await rig.setFlight(ticket, 'c|2|1|other');
    await rig.clock.advance(500);
    expect(execution.context.signal.reason).toBe('cancelled');
    execution.fail(new TaskFailure('signal', 'Ended by SIGTERM.'));
    await rig.clock.advance(0);
    expect(await outcomes(rig)).toEqual([['late', 'cancelled']]);
    expect(await rig.flightOf(ticket)).toBe('c|2|1|other');
  });

  it('stops alone: attempts beside it go on', async () => {
    const rig = aRig();
    const tickets = [aTicket(), aTicket({ node: 1 })];
    for (const ticket of tickets) await rig.send(ticket);
    await rig.worker.start();
    await rig.queue.add(tickets);
    await calm();
    await rig.tellToStop(aTicket({ node: 1 }));
    await rig.clock.advance(500);
    expect(rig.executions.map(({ context }) => context.signal.aborted)).toEqual([false, true]);
  });
});

describe('an attempt whose claim is known to be lost', () => {
  it('is stopped and settled by nobody here', async () => {
    const { clock, executions, attempt } = anAttempt();
    const ending = attempt.run();
    await calm();
    attempt.stop('revoked');
    attempt.stop('shutdown');
    expect(executions[0]?.context.signal.reason).toBe('revoked');
    executions[0]?.fail(new TaskFailure('signal', 'Ended by SIGTERM.'));
    expect(await ending).toEqual({ kind: 'dropped' });
    await clock.advance(0);
  });
});

describe('a frozen worker that wakes', () => {
  it('records its result as late and says so', async () => {
    const { rig, ticket, execution } = await working();
    await rig.setFlight(ticket, undefined);
    execution.succeed();
    await rig.clock.advance(0);
    expect(await outcomes(rig)).toEqual([['late', 'succeeded']]);
    expect(rig.said.some((line) => line.level === 'warn' && line.message.includes('too late'))).toBe(true);
    expect(rig.worker.active()).toBe(0);
  });
});

describe('a timeout', () => {
  it('stops the work when it has passed since the claim, and fails the attempt once the executor has ended', async () => {
    const { rig, execution } = await working(aTicket({ timeout_ms: 30_000 }));
    await rig.clock.advance(29_999);
    expect(execution.context.signal.aborted).toBe(false);
    await rig.clock.advance(6);
    expect(execution.context.signal.reason).toBe('timeout');
    expect(await outcomes(rig)).toEqual([]);
    execution.fail(new TaskFailure('signal', 'Ended by SIGTERM.'));
    await rig.clock.advance(0);
    expect((await rig.inbox()).at(-1)).toMatchObject({
      type: 'settled',
      outcome: { status: 'failed', error: { code: 'timeout' } },
    });
    expect(JSON.stringify(await rig.inbox())).toContain('30.0s');
  });

  it('is not counted once the executor has ended', async () => {
    const { rig, execution } = await working(aTicket({ timeout_ms: 1_000 }));
    rig.down.add('settle');
    execution.succeed();
    await rig.clock.advance(5_000);
    rig.down.clear();
    await rig.clock.advance(2_000);
    expect(await outcomes(rig)).toEqual([['settled', 'succeeded']]);
  });
});

describe('stop', () => {
  it('waits for logs of attempts that have ended', async () => {
    const { rig, store, stopped, hasStopped, lost, read } = await stoppingWithLines(3);
    await rig.clock.advance(2_000);
    expect(hasStopped()).toBe(false);
    store.isDown = false;
    await rig.clock.advance(500);
    await stopped;
    expect((await read()).map(({ text }) => text)).toEqual(['line 0', 'line 1', 'line 2']);
    expect(lost()).toEqual([]);
  });

  it('says how many lines are lost when the log store stays away', async () => {
    const { rig, stopped, hasStopped, lost } = await stoppingWithLines(3);
    await rig.clock.advance(3_900);
    expect(hasStopped()).toBe(false);
    await rig.clock.advance(200);
    await stopped;
    expect(lost()).toEqual([{ logs: 1, lines: 3 }]);
    expect(await outcomes(rig)).toEqual([['settled', 'succeeded']]);
  });

  it('lets the work at hand end, and takes no more', async () => {
    const { rig, execution } = await working();
    const stopped = rig.worker.stop(60_000);
    const next = aTicket({ node: 1 });
    await rig.send(next);
    await rig.queue.add([next]);
    await rig.clock.advance(5_000);
    expect(execution.context.signal.aborted).toBe(false);
    expect(rig.executions).toHaveLength(1);
    expect((await rig.worker.runOnce(next)).kind).toBe('later');
    execution.succeed();
    await rig.clock.advance(0);
    await stopped;
    expect(await outcomes(rig)).toEqual([['settled', 'succeeded']]);
  });

  it('goes on beating while it waits, so that nobody takes the claims', async () => {
    const { rig, execution } = await working();
    const stopped = rig.worker.stop(60_000);
    await rig.clock.advance(20_000);
    expect(await rig.store.claim({ shard: 0, flight: `${RUN}:0:1:1` }, 'other')).toEqual({ kind: 'busy' });
    execution.succeed();
    await rig.clock.advance(0);
    await stopped;
  });

  it('stops the work after its time and hands the claim back, without a death', async () => {
    const { rig, ticket, execution } = await working();
    const stopped = rig.worker.stop(5_000);
    await rig.clock.advance(5_000);
    expect(execution.context.signal.reason).toBe('shutdown');
    execution.fail(new TaskFailure('signal', 'Ended by SIGTERM.'));
    await rig.clock.advance(0);
    await stopped;
    expect(await outcomes(rig)).toEqual([]);
    expect(await rig.flightOf(ticket)).toBe('s|1|0|');
  });

  it('hands back at once what it is granted only when its time is over', async () => {
    const rig = aRig();
    const ticket = aTicket();
    await rig.send(ticket);
    rig.down.add('claim');
    const done = rig.worker.runOnce(ticket);
    const stopped = rig.worker.stop(100);
    await rig.clock.advance(200);
    rig.down.clear();
    await rig.clock.advance(1_000);
    expect(await done).toEqual({ kind: 'later', afterMs: 0 });
    await stopped;
    expect(rig.executions).toHaveLength(0);
    expect(await rig.flightOf(ticket)).toBe('s|1|0|');
  });

  it('settles what the shard had wanted stopped: nobody is to do that again', async () => {
    const { rig, ticket, execution } = await working();
    const stopped = rig.worker.stop(100);
    await rig.clock.advance(100);
    await rig.tellToStop(ticket);
    await rig.clock.advance(500);
    execution.fail(new TaskFailure('signal', 'Ended by SIGTERM.'));
    await rig.clock.advance(0);
    await stopped;
    expect(await outcomes(rig)).toEqual([['settled', 'cancelled']]);
  });

  it('ends in bounded time with Redis away and an executor that never ends', async () => {
    const { rig } = await working();
    for (const method of ['claim', 'settle', 'beat', 'handBack', 'send'] as const) rig.down.add(method);
    let hasStopped = false;
    void rig.worker.stop(1_000).then(() => {
      hasStopped = true;
    });
    await rig.clock.advance(1_000 + 10_000 + 8_000);
    expect(hasStopped).toBe(true);
    expect(rig.worker.active()).toBe(0);
  });

  it('may be called twice, and leaves no sleeper behind', async () => {
    const { rig, execution } = await working();
    execution.succeed();
    await rig.clock.advance(0);
    await Promise.all([rig.worker.stop(1_000), rig.worker.stop(1_000)]);
    const calls = rig.calls.length;
    await rig.clock.advance(60_000);
    expect(rig.calls.length).toBe(calls);
  });
});
