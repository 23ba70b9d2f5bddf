/** What a worker does with tickets that travel together. */
import { describe, expect, it } from 'vitest';
import { TaskFailure } from '../../../engine/ports/executor.ts';

import { aRig, aTicket } from './worker-rig.ts';

/** A worker that has taken three tickets in one bundle, and works on the first. */
async function working() {
  const rig = aRig();
  const tickets = [0, 1, 2].map((node) => aTicket({ node, bundle: 'b' }));
  for (const ticket of tickets) await rig.send(ticket);
  await rig.queue.add(tickets);
  await rig.worker.start();
  await rig.clock.advance(10);
  const [first, second, third] = tickets;
  if (!first || !second || !third) throw new Error('three tickets');
  /** Ends what is being worked on. */
  const end = async (how: 'succeed' | 'fail' = 'succeed') => {
    const execution = rig.executions.at(-1);
    if (how === 'fail') execution?.fail(new TaskFailure('exit_code', 'No.'));
    else execution?.succeed();
    await rig.clock.advance(0);
  };
  const settled = async () =>
    (await rig.inbox()).flatMap((message) =>
      message.type === 'settled' ? [`${message.node} ${message.outcome.status}`] : [],
    );
  const asked = () => rig.calls.filter((call) => /claim|settle/i.test(call));
  return { ...rig, first, second, third, end, settled, asked };
}

describe('a bundle', () => {
  it('is worked on one after another; each outcome claims the next ticket in the same step', async () => {
    const rig = await working();
    for (const count of [1, 2, 3]) {
      expect(rig.executions).toHaveLength(count);
      await rig.end();
    }
    expect(rig.asked()).toEqual(['claim', 'settleAndClaim', 'settleAndClaim', 'settle']);
    expect(await rig.settled()).toEqual(['0 succeeded', '1 succeeded', '2 succeeded']);
    expect(rig.worker.active()).toBe(0);
  });

  it('goes on behind a failure', async () => {
    const rig = await working();
    await rig.end('fail');
    await rig.end();
    await rig.end();
    expect(await rig.settled()).toEqual(['0 failed', '1 succeeded', '2 succeeded']);
  });

  it('passes over what was revoked meanwhile', async () => {
    const rig = await working();
    await rig.setFlight(rig.second, undefined);
    await rig.end();
    await rig.end();
    expect(await rig.settled()).toEqual(['0 succeeded', '2 succeeded']);
    expect(rig.asked()).toEqual(['claim', 'settleAndClaim', 'claim', 'claim', 'settle']);
  });

  it('is left to others when the worker stops', async () => {
    const rig = await working();
    const stopped = rig.worker.stop(60_000);
    await rig.end();
    await rig.clock.advance(100);
    await stopped;
    expect(await rig.settled()).toEqual(['0 succeeded']);
    expect(await rig.flightOf(rig.second)).toBe('s|0|0|');
  });

  it('hands back what is granted only after the stop began', async () => {
    const rig = await working();
    rig.down.add('settleAndClaim');
    await rig.end();
    const stopped = rig.worker.stop(60_000);
    rig.down.clear();
    await rig.clock.advance(1_000);
    await stopped;
    expect(rig.executions).toHaveLength(1);
    expect(await rig.settled()).toEqual(['0 succeeded']);
    expect(await rig.flightOf(rig.second)).toBe('s|1|0|');
  });
});
