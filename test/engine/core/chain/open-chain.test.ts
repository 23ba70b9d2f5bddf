import { describe, expect, it } from 'vitest';
import { OpenChain } from '../../../../engine/core/chain/open-chain.ts';
import type { PlanTask } from '../../../../engine/core/plan.ts';
import type { Ticket } from '../../../../engine/core/ticket.ts';
import { aPlan, aTask } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const facts = { workersOf: () => [], subscribersOf: () => [] };

function chainOf(change: Partial<PlanTask>, secrets?: string[]): { ticket: Ticket; alone: Ticket } {
  const plan = aPlan(['a', aTask('b', ['a'], change)], secrets ? { secrets } : {});
  const options = { inputs: { city: 'Zürich' } };
  const joined = new ShardRig(plan, { ...options, facts: { ...facts, mayJoin: () => true } }).start();
  const alone = new ShardRig(plan, options).start().succeed('a', { o: { deep: [1, 'ä'] } });
  return { ticket: joined.tickets[0] as Ticket, alone: alone.tickets[1] as Ticket };
}

/** As it comes out of the queue. */
function opened(ticket: Ticket): OpenChain {
  const read = JSON.parse(JSON.stringify(ticket)) as Ticket;
  if (!read.chain) throw new Error('no chain');
  return new OpenChain(read, read.chain);
}

describe('the ticket that a worker makes of a chain', () => {
  it.each<[string, Partial<PlanTask>]>([
    ['nothing', {}],
    [
      'an output',
      {
        action: {
          uses: 'x',
          with: { all: '${{ tasks.a.outputs.o }}', text: 'n: ${{ tasks.a.outputs.o.deep[0] }}' },
        },
      },
    ],
    [
      'inputs and its run',
      {
        action: {
          uses: 'x',
          with: { c: '${{ inputs.city }} ${{ run.id }} ${{ run.logical_time }} ${{ run.attempt }}' },
        },
      },
    ],
    [
      'its environment',
      {
        env: { A: '${{ tasks.a.outputs.o.deep[1] }}', B: '1' },
        action: { uses: 'x', with: { e: '${{ env.A }}' } },
      },
    ],
    ['limits, folder and shell', { timeoutMs: 500, heartbeatMs: 70, cwd: 'dir', shell: 'sh' }],
    ['a cache', { cache: { key: '${{ tasks.a.outputs.o.deep[0] }}', files: ['x'] } }],
    [
      'declared outputs and artifacts',
      { outputs: { n: { type: 'integer' } }, artifacts: { f: 'f-${{ inputs.city }}' } },
    ],
  ])('is the one that its owner would make: with %s', (_what, change) => {
    const { ticket, alone } = chainOf(change);
    expect(opened(ticket).next({ outputs: { o: { deep: [1, 'ä'] } } })).toEqual({
      ...alone,
      priority: ticket.priority,
    });
  });

  it('holds secrets by their names only', () => {
    const { ticket, alone } = chainOf({ env: { KEY: '${{ secrets.TOKEN }}' } }, ['TOKEN']);
    const next = opened(ticket).next({ outputs: { o: { deep: [1, 'ä'] } } });
    expect(next?.secrets).toEqual([{ at: '/env/KEY', parts: [{ secret: 'TOKEN' }] }]);
    expect(next).toEqual({ ...alone, priority: ticket.priority });
  });

  it('is none where an expression cannot be evaluated: that is for its owner to say', () => {
    const { ticket } = chainOf({ action: { uses: 'x', with: { v: '${{ tasks.a.outputs.missing }}' } } });
    expect(opened(ticket).next({ outputs: {} })).toBeUndefined();
  });

  it('is none where it would read a large output, which its owner loads', () => {
    const { ticket } = chainOf({ action: { uses: 'x', with: { v: '${{ tasks.a.outputs.big }}' } } });
    const large = { run: ticket.run, file: 'outputs/0', bytes: 1e6, sha256: 'h', names: ['big'] };
    expect(opened(ticket).next({ outputs: {}, large })).toBeUndefined();
  });

  it('is none behind the last node', () => {
    const { ticket } = chainOf({});
    const chain = opened(ticket);
    expect(chain.next({ outputs: {} })?.task).toBe('b');
    expect(chain.next({ outputs: {} })).toBeUndefined();
  });
});
