/** The SDK as a program uses it: on a real Redis, with orchestrator and worker in this process. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connect,
  expr,
  RunFailed,
  readWorkflow,
  type Sluice,
  type SluiceWorker,
  TaskFailure,
  worker,
  workflow,
} from '../../sdk/index.ts';
import { type RedisAddress, redisAddress } from './redis-address.ts';

let address: RedisAddress;
let sluice: Sluice;
let working: SluiceWorker;
const seen: unknown[] = [];

beforeAll(async () => {
  address = await redisAddress();
  sluice = await connect({ redis: address.redis, prefix: address.prefix, orchestrator: true });
  working = await sluice.worker({
    queues: { default: 4 },
    tasks: {
      double: ({ inputs }) => ({ value: inputs.n * 2 }),
      flaky: ({ attempt }) => {
        if (attempt < 2) throw new Error('not yet');
        return { attempt };
      },
      refuse: () => {
        throw new TaskFailure('failed', 'no such order');
      },
      hang: async ({ signal, log }) => {
        log.info('hanging');
        await new Promise((go) => signal.addEventListener('abort', go));
        seen.push(signal.reason);
        signal.throwIfAborted();
      },
    },
  });
});

afterAll(async () => {
  await sluice.close();
  await address.close();
});

const doubling = workflow(
  'doubling',
  { inputs: { numbers: { type: 'array', items: 'integer', required: true } } },
  (w) => {
    const double = w.task('double', {
      uses: 'function',
      with: { name: 'double', args: { n: w.item } },
      foreach: w.inputs.numbers,
      outputs: { value: 'integer' },
    });
    return {
      doubled: double.outputs.value,
      first: expr<number | null>`default(${double.outputs.value}[0], null)`,
    };
  },
);

describe('a run', () => {
  it('is started from a workflow, done by functions of this program, and gives its outputs', async () => {
    const run = await sluice.start(doubling, { numbers: [1, 2, 3] }, { labels: { for: 'test' } });
    expect(await run.result()).toEqual({ doubled: [2, 4, 6], first: 2 });
    expect(await run.status()).toBe('succeeded');
    expect((await run.show()).nodes.map(({ id }) => id)).toContain('double[2]');
  });

  it('is the same run under the same key, and a conflict with other inputs', async () => {
    const first = await sluice.start(doubling, { numbers: [7] }, { idempotencyKey: 'seven' });
    const again = await sluice.start(doubling, { numbers: [7] }, { idempotencyKey: 'seven' });
    expect(again.id).toBe(first.id);
    await expect(sluice.start(doubling, { numbers: [8] }, { idempotencyKey: 'seven' })).rejects.toMatchObject(
      {
        code: 'idempotency_conflict',
      },
    );
    expect(await again.result()).toMatchObject({ first: 14 });
  });

  it('is refused with inputs that do not fit', async () => {
    // @ts-expect-error the numbers are required
    await expect(sluice.start(doubling, {})).rejects.toThrow('input numbers is required, but has no value');
    // @ts-expect-error and they are numbers
    await expect(sluice.start(doubling, { numbers: ['x'] })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('tells its events in order, also to somebody who comes later or goes on where he left', async () => {
    const run = await sluice.start(doubling, { numbers: [1, 2] });
    const types: string[] = [];
    let middle = 0;
    for await (const event of run.events()) {
      types.push(`${event.type}${event.node === null ? '' : ` ${event.node}`}`);
      if (event.type === 'node.succeeded' && middle === 0) middle = event.seq;
    }
    expect(types[0]).toBe('run.created');
    expect(types).toContain('node.succeeded double[1]');
    expect(types.at(-1)).toBe('run.succeeded');
    const rest: number[] = [];
    for await (const event of run.events({ after: middle })) rest.push(event.seq);
    expect(rest).toEqual(types.slice(middle).map((_type, i) => middle + 1 + i));
  });

  it('is tried again as its tasks say', async () => {
    const flow = workflow('flaky', {}, (w) => {
      const task = w.task('flaky', {
        uses: 'function',
        with: { name: 'flaky' },
        retry: { attempts: 3, delay: '10ms' },
      });
      return { attempt: task.outputs['attempt'] };
    });
    expect(await (await sluice.start(flow)).result()).toEqual({ attempt: 2 });
  });

  it('that failed throws with the path to the cause', async () => {
    const flow = workflow('orders', {}, (w) => {
      w.task('check', { uses: 'function', with: { name: 'refuse' }, foreach: [1] });
    });
    const run = await sluice.start(flow);
    const thrown = await run.result().catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(RunFailed);
    expect(thrown).toMatchObject({
      code: 'run_failed',
      run: run.id,
      status: 'failed',
      path: ['orders', 'check[0]'],
    });
    expect((thrown as RunFailed).message).toContain(
      'orders → check[0]: 1 of 1 nodes failed. First, item 0: no such order',
    );
  });

  it('can be cancelled, and its function hears of it', async () => {
    const flow = workflow('hanging', {}, (w) => {
      w.task('hang', { uses: 'function', with: { name: 'hang' } });
    });
    const run = await sluice.start(flow);
    await expect(run.result({ timeoutMs: 5 })).rejects.toMatchObject({ code: 'no_result' });
    for await (const event of run.events())
      if (event.type === 'node.started') await run.cancel({ reason: 'enough', graceMs: 100 });
    await expect(run.result()).rejects.toMatchObject({ status: 'cancelled', error: { message: 'enough' } });
    expect(seen).toContain('cancelled');
  });

  it('can be explained, and each of its nodes', async () => {
    const flow = workflow('explained', {}, (w) => {
      const a = w.task('a', { uses: 'function', with: { name: 'refuse' } });
      w.task('b', { uses: 'noop', needs: a });
    });
    const run = await sluice.start(flow);
    await run.result().catch(() => {});
    expect((await run.explain()).nodes.map(({ node, status }) => `${node} ${status}`)).toEqual([
      'a failed',
      'b upstream_failed',
    ]);
    expect((await run.explain('a')).reasons.map(({ text }) => text)).toEqual([
      'failed: no such order',
      'The task has no `retry`.',
    ]);
    await expect(run.explain('c')).rejects.toMatchObject({ code: 'node_not_found' });
  });

  it('that waits for a limit says who holds it', async () => {
    const flow = workflow('limited', {}, (w) => {
      w.task('hold', { uses: 'function', with: { name: 'hang' }, concurrency: { key: 'the-one', limit: 1 } });
    });
    const holder = await sluice.start(flow);
    for await (const event of holder.events()) if (event.type === 'node.started') break;
    const waiter = await sluice.start(flow);
    for await (const event of waiter.events()) if (event.type === 'node.blocked') break;
    expect((await waiter.explain('hold')).reasons[0]?.text).toMatch(
      new RegExp(
        `^Waits for the limit "the-one" \\(1 at once\\): held by hold of run ${holder.id} \\(limited\\) for .+; it is the next\\.$`,
      ),
    );
    await Promise.all([holder.cancel({ graceMs: 50 }), waiter.cancel({ graceMs: 50 })]);
    await Promise.allSettled([holder.result(), waiter.result()]);
  });

  it('takes decisions, signals, pause and resume, and can be done again', async () => {
    let broken = true;
    await using own = await sluice.worker({
      queues: { own: 1 },
      tasks: {
        once: () => {
          if (broken) throw new Error('no disk');
          return { ok: true };
        },
      },
    });
    const flow = workflow('asked', {}, (w) => {
      const gate = w.task('gate', { uses: 'approval', with: { form: { amount: 'integer' } } });
      const word = w.task('word', { uses: 'wait', with: { signal: 'go' }, needs: gate });
      const once = w.task('once', { uses: 'function', with: { name: 'once' }, queue: 'own', needs: word });
      return { amount: gate.outputs['form'], word: word.outputs['word'], ok: once.outputs['ok'] };
    });
    const run = await sluice.start(flow);
    const waits = async (node: string) => {
      for await (const event of run.events())
        if (event.type === 'node.waiting' && event.node === node) return;
    };
    await waits('gate');
    expect((await run.explain('gate')).reasons[0]?.code).toBe('wait_approval');
    await expect(run.approve('gate', { form: { amount: 'x' } })).rejects.toMatchObject({
      code: 'invalid_payload',
    });
    await run.approve('gate', { form: { amount: 3 }, by: 'ann' });
    await waits('word');
    await run.pause('lunch');
    expect((await run.explain()).reasons[0]).toMatchObject({ code: 'run_paused' });
    await run.resume();
    await run.signal('go', { word: 'hi' });
    await expect(run.result()).rejects.toMatchObject({ path: ['asked', 'once'] });
    broken = false;
    await run.retry();
    expect(await run.result()).toEqual({ amount: { amount: 3 }, word: 'hi', ok: true });
    expect(own.active()).toBe(0);
  });

  it('says how far it is and when it will end, once it has run before', async () => {
    const flow = workflow('paced', { inputs: { pause: { type: 'duration', required: true } } }, (w) => {
      const before = w.task('before', { uses: 'function', with: { name: 'double', args: { n: 1 } } });
      const gate = w.task('gate', { uses: 'approval', needs: before });
      const pause = w.task('pause', { uses: 'wait', with: { for: w.inputs.pause }, needs: gate });
      w.task('after', { uses: 'function', with: { name: 'double', args: { n: 2 } }, needs: pause });
    });
    const toGate = async (pause: string) => {
      const run = await sluice.start(flow, { pause });
      for await (const event of run.events()) if (event.type === 'node.waiting') break;
      return run;
    };
    const first = await toGate('10ms');
    // Nobody knows when a person answers, so that is no part of what is to be done.
    expect(await first.show()).toMatchObject({ progress: expect.closeTo(1 / 3, 1), eta: null });
    await first.approve('gate');
    await first.result();
    expect(await first.show()).toMatchObject({ progress: 1, eta: null });
    const second = await toGate('1h');
    await second.approve('gate');
    for await (const event of second.events())
      if (event.type === 'node.waiting' && event.node === 'pause') break;
    const { eta, progress } = await second.show();
    expect(eta?.basis).toBe('learned');
    expect(Date.parse(eta?.at ?? '')).toBeGreaterThan(Date.now() - 1_000);
    expect(progress).toBeLessThan(1);
    await second.pause();
    expect((await second.show()).eta).toBeNull();
    await second.cancel();
    await second.result().catch(() => {});
  });

  it('of a file with sub-workflows starts them, and says which it waits for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-sdk-'));
    try {
      const text = `
name: parent
inputs: { n: integer }
tasks:
  sub: { workflow: child, inputs: { n: "\${{ inputs.n }}" } }
outputs: { value: "\${{ tasks.sub.outputs.value }}" }
---
name: child
inputs: { n: integer }
tasks:
  gate: { uses: wait, with: { signal: go } }
  double: { needs: gate, uses: function, with: { name: double, args: { n: "\${{ inputs.n }}" } }, outputs: { value: integer } }
outputs: { value: "\${{ tasks.double.outputs.value }}" }
`;
      await writeFile(join(folder, 'family.yaml'), text);
      const family = readWorkflow<{ inputs: { n: number }; outputs: { value: number } }>(
        join(folder, 'family.yaml'),
      );
      const run = await sluice.start(family, { n: 21 });
      let child = '';
      for await (const event of run.events()) {
        child = String(event['run'] ?? '');
        if (event.type === 'node.child_started') break;
      }
      for await (const event of sluice.run(child).events()) if (event.type === 'node.waiting') break;
      expect((await run.explain('sub')).reasons[0]).toMatchObject({
        code: 'child',
        run: child,
        status: 'running',
      });
      await sluice.run(child).signal('go');
      expect(await run.result()).toEqual({ value: 42 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('that does not exist is told', async () => {
    const run = sluice.run('01ARZ3NDEKTSV4RRFFQ69G5FAV');
    await expect(run.result()).rejects.toMatchObject({ code: 'run_not_found' });
    await expect(sluice.start('nothing')).rejects.toMatchObject({ code: 'workflow_not_found' });
  });
});

describe('a connection', () => {
  it('lists runs, newest first', async () => {
    const run = await sluice.start(doubling, { numbers: [] });
    expect(await run.result()).toEqual({ doubled: [], first: null });
    for await (const summary of sluice.runs({ workflow: 'doubling' })) {
      expect(summary).toMatchObject({ id: run.id, workflow: 'doubling' });
      break;
    }
  });

  it('tells what runs cost', async () => {
    await using alone = await worker({
      redis: address.redis,
      prefix: address.prefix,
      queues: { priced: 1 },
      tasks: { ask: ({ addCost }) => addCost(0.25) },
    });
    const flow = workflow('priced', {}, (w) => {
      w.task('ask', { uses: 'function', with: { name: 'ask' }, queue: 'priced' });
      return {};
    });
    const run = await sluice.start(flow);
    await run.result();
    expect(alone.name).not.toBe('');
    expect(await run.show()).toMatchObject({ cost: 0.25, nodes: [{ cost: 0.25 }] });
    expect(await sluice.costs({ workflow: 'priced', days: 2 })).toMatchObject({
      total: 0.25,
      workflows: [{ workflow: 'priced', cost: 0.25 }],
      days: [{}, {}],
    });
    await expect(sluice.costs({ days: 1e9 })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('has workers of its own, beside those that stand alone', async () => {
    await using alone = await worker({
      redis: address.redis,
      prefix: address.prefix,
      queues: { gpu: 1 },
      tasks: { train: () => ({ ok: true }) },
    });
    const flow = workflow('train', {}, (w) => {
      const task = w.task('train', {
        uses: 'function',
        with: { name: 'train' },
        queue: 'gpu',
        outputs: { ok: 'boolean' },
      });
      return { ok: task.outputs.ok };
    });
    expect(await (await sluice.start(flow)).result()).toEqual({ ok: true });
    expect(alone.active()).toBe(0);
    expect(working.name).toContain(':');
  });

  it('says what to do when no Redis is named, or two are', async () => {
    await expect(connect({ redis: 'localhost' })).rejects.toThrow('Write redis://host:6379');
    await expect(connect({ redis: 'redis://x', embedded: true })).rejects.toThrow('give one of them');
  });
});
