/** A limit on its own: whatever is lost, doubled or late, never too many hold it, and nobody waits for nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitAddress } from '../../../../engine/core/limit/address.ts';
import { ActorRig } from './actor-rig.ts';

const ADDRESS = limitAddress('concurrency', 'default', 'db');

describe('a limit', () => {
  it('lets in as many as it allows, then whoever comes next when a place is free', () => {
    const rig = new ActorRig(ADDRESS, 2);
    for (const client of rig.clients.slice(0, 4)) client.ask();
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c0', 'c1']);
    rig.clients[0]?.leave();
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c1', 'c2']);
  });

  it('does not give away what an earlier attempt gives back twice', () => {
    const rig = new ActorRig(ADDRESS, 1);
    const [one, two] = rig.clients;
    one?.ask();
    rig.deliverAll();
    one?.leave();
    const late = rig.network.at(-1);
    rig.deliverAll();
    rig.now += 5;
    one?.ask();
    rig.deliverAll();
    two?.ask();
    if (late) rig.network.push(late);
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c0']);
  });

  it('takes nothing away when an operator lowers it, and lets nobody in before it has drained', () => {
    const rig = new ActorRig(ADDRESS, 3);
    for (const client of rig.clients.slice(0, 4)) client.ask();
    rig.deliverAll();
    rig.operate('set', { limit: 1 });
    rig.deliverAll();
    expect(rig.holding()).toHaveLength(3);
    rig.clients[0]?.leave();
    rig.clients[1]?.leave();
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c2']);
    rig.operate('reset', {});
    rig.deliverAll();
    expect(rig.holding()).toEqual(['c2', 'c3']);
  });

  it('finds out by asking who is gone, and is forgotten when nobody uses it', () => {
    const rig = new ActorRig(ADDRESS, 1);
    rig.clients[0]?.ask();
    rig.deliverAll();
    rig.clients[0]?.die();
    rig.clients[1]?.ask();
    rig.quieten();
    expect(rig.holding()).toEqual(['c1']);
    rig.clients[1]?.leave();
    rig.quieten();
    expect(rig.documents().size).toBe(0);
    expect(rig.timers.size).toBe(0);
  });

  it('keeps its limit under kills, losses and any order, and is used to the full once things are quiet', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(10_000), { maxLength: 150 }),
        (limit, dice) => {
          const rig = new ActorRig(ADDRESS, limit);
          for (const roll of dice) {
            rig.step(roll);
            expect(rig.holding().length).toBeLessThanOrEqual(limit);
          }
          rig.quieten();
          const wanting = rig.clients.filter(({ phase }) => phase !== 'idle').length;
          expect(rig.holding()).toHaveLength(Math.min(limit, wanting));
          for (const client of rig.clients) client.leave();
          rig.quieten();
          expect(rig.documents().size).toBe(0);
        },
      ),
      { numRuns: 400 },
    );
  });
});
