import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../engine/core/errors.ts';
import { TaskFailure } from '../../../engine/ports/executor.ts';
import type { Workspace } from '../../../engine/ports/workspace.ts';
import { aRig, aTicket, calm, instantExecutor, RUN } from './worker-rig.ts';

describe('while the store is away', () => {
  it('a claim is repeated, with pauses that grow from 50 ms to 1 s', async () => {
    const rig = aRig({ executors: [instantExecutor()] });
    const ticket = aTicket();
    await rig.send(ticket);
    rig.down.add('claim');
    const done = rig.worker.runOnce(ticket);
    await rig.clock.advance(1_549);
    // At 0, 50, 150, 350, 750; the next at 1,550, then one a second.
    expect(rig.calls.filter((call) => call === 'claim')).toHaveLength(5);
    await rig.clock.advance(20_000);
    expect(rig.calls.filter((call) => call === 'claim')).toHaveLength(5 + 20);
    rig.down.clear();
    await rig.clock.advance(1_000);
    expect(await done).toEqual({ kind: 'done' });
    expect(await rig.inbox()).toMatchObject([{ type: 'settled', outcome: { status: 'succeeded' } }]);
  });

  it('a result is kept and settled once it is back, and only then the ticket is done', async () => {
    let runs = 0;
    const executor = instantExecutor(async () => ({ run: ++runs }));
    const rig = aRig({ executors: [executor] });
    const ticket = aTicket();
    await rig.send(ticket);
    rig.down.add('settle');
    let verdict: unknown;
    void rig.worker.runOnce(ticket).then((answer) => {
      verdict = answer;
    });
    await rig.clock.advance(60_000);
    expect(verdict).toBeUndefined();
    expect(rig.worker.active()).toBe(1);
    rig.down.clear();
    await rig.clock.advance(1_000);
    expect(verdict).toEqual({ kind: 'done' });
    expect(await rig.inbox()).toMatchObject([{ outcome: { status: 'succeeded', outputs: { run: 1 } } }]);
  });

  it('a settle whose reply was lost is repeated without a second outcome', async () => {
    const rig = aRig();
    let replies = 0;
    const store = {
      claim: rig.store.claim,
      beat: rig.store.beat,
      handBack: rig.store.handBack,
      settleAndClaim: rig.store.settleAndClaim,
      send: rig.store.send,
      settle: async (...args: Parameters<typeof rig.store.settle>) => {
        const reply = await rig.store.settle(...args);
        if (replies++ === 0) throw new SluiceError('redis_unreachable', 'The reply was lost.');
        return reply;
      },
    };
    const other = aRig({ store, executors: [instantExecutor()] });
    const ticket = aTicket();
    await rig.send(ticket);
    const done = other.worker.runOnce(ticket);
    await other.clock.advance(100);
    expect(await done).toEqual({ kind: 'done' });
    expect(replies).toBe(2);
    expect(await rig.inbox()).toHaveLength(1);
  });

  it('beats go on being tried, on every shard, and at most one line a second is logged', async () => {
    const rig = aRig();
    const tickets = [aTicket(), aTicket({ shard: 1, node: 1 })];
    for (const ticket of tickets) await rig.send(ticket);
    await rig.worker.start();
    await rig.queue.add(tickets);
    await calm();
    rig.down.add('beat');
    rig.down.add('send');
    await rig.clock.advance(10_000);
    expect(rig.calls.filter((call) => call === 'beat')).toHaveLength(40);
    const warnings = rig.said.filter((line) => line.level === 'warn');
    expect(warnings.length).toBeGreaterThan(5);
    expect(warnings.length).toBeLessThanOrEqual(11);
    expect(warnings.at(-1)?.fields['unsaid']).toBeGreaterThan(0);
    rig.down.clear();
    rig.executions.forEach((execution) => {
      execution.succeed();
    });
    await rig.clock.advance(0);
    expect(rig.worker.active()).toBe(0);
  });

  it('a beat that never answers holds up no other shard', async () => {
    const rig = aRig();
    const beats: number[] = [];
    const store = {
      claim: rig.store.claim,
      settle: rig.store.settle,
      handBack: rig.store.handBack,
      settleAndClaim: rig.store.settleAndClaim,
      send: rig.store.send,
      beat: (shard: number): Promise<readonly string[]> => {
        beats.push(shard);
        return shard === 0 ? new Promise(() => {}) : Promise.resolve([]);
      },
    };
    const stuck = aRig({ store });
    const tickets = [aTicket(), aTicket({ shard: 1, node: 1 })];
    for (const ticket of tickets) await rig.send(ticket);
    await stuck.worker.start();
    await stuck.queue.add(tickets);
    await stuck.clock.advance(2_000);
    expect(beats).toEqual([0, 1, 1, 1, 1]);
  });

  it('artifacts of a success wait for it', async () => {
    let tries = 0;
    const workspace: Workspace = {
      open: async () => ({
        directory: '/nowhere',
        sourceDirectory: undefined,
        collect: async () => {
          if (++tries < 4) throw new SluiceError('redis_refused', 'Redis is loading.');
          return { csv: { artifact: 'k', run: RUN, name: 'csv', bytes: 1, sha256: 'h' } };
        },
        dispose: async () => {},
      }),
    };
    const rig = aRig({ workspace, executors: [instantExecutor()] });
    const ticket = aTicket({ artifacts: { csv: 'a.csv' } });
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await rig.clock.advance(1_000);
    expect(await done).toEqual({ kind: 'done' });
    expect(await rig.inbox()).toMatchObject([
      { outcome: { status: 'succeeded', artifacts: { csv: { artifact: 'k' } } } },
    ]);
  });

  it('a missing artifact stays what failed the attempt, also when a stop came while it was sought', async () => {
    let collected = () => {};
    const seeking = new Promise<void>((resolve) => {
      collected = resolve;
    });
    const collect = async () => {
      await seeking;
      throw new TaskFailure('missing_artifact', 'Artifact "csv" was not there.');
    };
    const open = async () => ({
      directory: '/d',
      sourceDirectory: undefined,
      collect,
      dispose: async () => {},
    });
    const rig = aRig({ workspace: { open }, executors: [instantExecutor()] });
    const ticket = aTicket({ artifacts: { csv: 'a.csv' } });
    await rig.send(ticket);
    await rig.worker.start();
    await rig.queue.add([ticket]);
    await calm();
    await rig.tellToStop(ticket);
    await rig.clock.advance(500);
    collected();
    await calm();
    expect(await rig.inbox()).toMatchObject([
      { outcome: { status: 'failed', error: { code: 'missing_artifact' } } },
    ]);
  });

  it('the source is fetched again, but not after the attempt was told to stop', async () => {
    let tries = 0;
    const workspace: Workspace = {
      open: async () => {
        tries++;
        throw new SluiceError('redis_unreachable', 'Redis does not answer.');
      },
    };
    const rig = aRig({ workspace });
    const ticket = aTicket({ timeout_ms: 5_000 });
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await rig.clock.advance(5_100);
    expect(await done).toEqual({ kind: 'done' });
    expect(tries).toBeGreaterThan(5);
    expect((await rig.inbox()).at(-1)).toMatchObject({
      outcome: { status: 'failed', error: { code: 'timeout' } },
    });
  });

  it('slow logs delay an outcome by one second at most', async () => {
    const logs = { append: () => new Promise<void>(() => {}), read: async () => [] };
    const rig = aRig({ logs });
    const ticket = aTicket();
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await calm();
    rig.executions[0]?.context.log.line('stdout', 'lost in space');
    rig.executions[0]?.succeed();
    await rig.clock.advance(999);
    expect(rig.worker.active()).toBe(1);
    await rig.clock.advance(1);
    expect(await done).toEqual({ kind: 'done' });
  });
});

describe('the workspace', () => {
  const counting = () => {
    const counts = { opened: 0, disposed: 0 };
    const workspace: Workspace = {
      open: async () => {
        counts.opened++;
        const dispose = async () => {
          counts.disposed++;
        };
        return { directory: '/d', sourceDirectory: '/s', collect: async () => ({}), dispose };
      },
    };
    return { counts, workspace };
  };

  it('is disposed of after success and after failure', async () => {
    const { counts, workspace } = counting();
    const executor = instantExecutor(async (options) => {
      if (options['fail'] === true) throw new Error('broken');
      return {};
    });
    const rig = aRig({ workspace, executors: [executor] });
    for (const [node, fail] of [true, false].entries()) {
      const ticket = aTicket({ node, with: { fail } });
      await rig.send(ticket);
      await rig.worker.runOnce(ticket);
    }
    expect(counts).toEqual({ opened: 2, disposed: 2 });
  });

  it('is not opened for an executor that needs none, unless the task keeps or fetches files', async () => {
    const { counts, workspace } = counting();
    const rig = aRig({ workspace, executors: [{ ...instantExecutor(), needsWorkspace: false }] });
    const tickets = [aTicket({ artifacts: {}, files: {} }), aTicket({ node: 1, artifacts: { a: 'a' } })];
    for (const ticket of tickets) {
      await rig.send(ticket);
      await rig.worker.runOnce(ticket);
    }
    expect(counts).toEqual({ opened: 1, disposed: 1 });
  });
});
