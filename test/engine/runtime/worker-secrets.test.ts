/** Secrets and silence in the worker: values reach the executor and nothing else, and an attempt must give signs of life. */
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../engine/core/errors.ts';
import type { Ticket } from '../../../engine/core/ticket.ts';
import { TaskFailure } from '../../../engine/ports/executor.ts';
import type { SecretStore } from '../../../engine/ports/secret-store.ts';
import { aRig, aTicket, calm, instantExecutor } from './worker-rig.ts';

const CANARY = 'canary-5b1f0e7a';
const SECRETS: SecretStore = { read: async (_, name) => (name === 'TOKEN' ? CANARY : undefined) };
const withSecret: Partial<Ticket> = {
  with: { header: null, list: [1, null], text: 'plain' },
  env: { TOKEN: '', OTHER: 'x' },
  secrets: [
    { at: '/with/header', parts: ['Bearer ', { secret: 'TOKEN' }, '!'] },
    { at: '/with/list/1', parts: [{ secret: 'TOKEN' }] },
    { at: '/env/TOKEN', parts: [{ secret: 'TOKEN' }] },
  ],
};

async function work(ticket: Ticket, changes: Parameters<typeof aRig>[0] = {}) {
  const rig = aRig({ secrets: SECRETS, ...changes });
  await rig.send(ticket);
  await rig.worker.runOnce(ticket);
  const [settled] = await rig.inbox();
  const log = await rig.logs.read(ticket, '0', 100);
  return { rig, settled, outcome: settled?.type === 'settled' ? settled.outcome : undefined, log };
}

describe('a secret', () => {
  it('reaches the executor where the ticket says, and nothing that leaves the worker', async () => {
    const seen: unknown[] = [];
    const executor = instantExecutor(async (options, context) => {
      seen.push(options, context.env);
      context.log.line('stdout', `token ${CANARY}`);
      return { echoed: `<${CANARY}>`, [CANARY]: [Buffer.from(CANARY).toString('base64')] };
    });
    const { rig, outcome, log } = await work(aTicket(withSecret), { executors: [executor] });
    expect(seen).toEqual([
      { header: `Bearer ${CANARY}!`, list: [1, CANARY], text: 'plain' },
      { TOKEN: CANARY, OTHER: 'x' },
    ]);
    expect(outcome).toEqual({ status: 'succeeded', outputs: { echoed: '<***>', '***': ['***'] } });
    expect(log.map(({ text }) => text)).toEqual(['token ***']);
    expect(JSON.stringify([await rig.inbox(), rig.said])).not.toContain(CANARY);
  });

  it.each([
    ['a failure', () => new TaskFailure('exit_code', `died with ${CANARY.slice(0, 10)}… and ${CANARY}`)],
    ['a defect', () => new TypeError(`no such thing: ${CANARY}`)],
  ])('is not in the message of %s', async (_, make) => {
    const executor = instantExecutor(async () => {
      throw make();
    });
    const { outcome } = await work(aTicket(withSecret), { executors: [executor] });
    expect(outcome).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('***') } });
    expect(JSON.stringify(outcome)).not.toMatch(/canary/);
  });

  it('that nobody knows fails the attempt before it works', async () => {
    const ticket = aTicket({ ...withSecret, secrets: [{ at: '/env/TOKEN', parts: [{ secret: 'OTHER' }] }] });
    const { outcome, rig } = await work(ticket);
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'secret_unavailable', message: expect.stringContaining('sluice secrets set OTHER') },
    });
    expect(rig.executions).toEqual([]);
    const { outcome: alone } = await work(aTicket(withSecret), {
      secrets: {
        read: async () => {
          throw new SluiceError('secrets_locked', 'The key is missing.');
        },
      },
    });
    expect(alone).toMatchObject({
      error: { code: 'secret_unavailable', message: expect.stringContaining('The key is missing.') },
    });
  });

  it('that is too short to be masked is said to be so', async () => {
    const { log } = await work(aTicket(withSecret), {
      executors: [instantExecutor()],
      secrets: { read: async () => 'abc' },
    });
    expect(log).toMatchObject([
      { stream: 'system', text: expect.stringContaining('TOKEN has fewer than 4') },
    ]);
  });

  it('is asked for again while the store is away', async () => {
    const answers = [
      () => Promise.reject(new SluiceError('redis_unreachable', 'away')),
      () => Promise.resolve(CANARY),
    ];
    const rig = aRig({
      executors: [instantExecutor()],
      secrets: {
        read: () => (answers.length > 1 ? answers.shift() : answers[0])?.() ?? Promise.resolve(undefined),
      },
    });
    const ticket = aTicket(withSecret);
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await calm();
    await rig.clock.advance(1_000);
    expect(await done).toEqual({ kind: 'done' });
  });
});

describe('an attempt with a heartbeat', () => {
  const start = async () => {
    const rig = aRig();
    const ticket = aTicket({ heartbeat_ms: 1_000 });
    await rig.send(ticket);
    const done = rig.worker.runOnce(ticket);
    await calm();
    const [execution] = rig.executions;
    if (execution === undefined) throw new Error('it does not work');
    execution.context.signal.addEventListener('abort', () => execution.fail(new Error('stopped')));
    return { rig, execution, done };
  };

  it('fails when it is silent for longer', async () => {
    const { rig, execution, done } = await start();
    await rig.clock.advance(990);
    expect(execution.context.signal.aborted).toBe(false);
    await rig.clock.advance(20);
    await done;
    expect(execution.context.signal.reason).toBe('silent');
    expect((await rig.inbox()).at(-1)).toMatchObject({
      outcome: {
        status: 'failed',
        error: { code: 'heartbeat_timeout', message: expect.stringContaining('heartbeat of 1.0s') },
      },
    });
  });

  it('lives as long as it writes lines or reports progress', async () => {
    const { rig, execution, done } = await start();
    for (let i = 0; i < 5; i++) {
      await rig.clock.advance(900);
      if (i % 2 === 0) execution.context.log.line('stdout', `${i}`);
      else execution.context.progress(i / 10);
    }
    await rig.clock.advance(900);
    execution.succeed();
    await done;
    expect((await rig.inbox()).at(-1)).toMatchObject({ outcome: { status: 'succeeded' } });
  });
});
