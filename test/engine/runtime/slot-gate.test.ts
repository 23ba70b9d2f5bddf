import { describe, expect, it } from 'vitest';
import { SlotGate } from '../../../engine/runtime/slot-gate.ts';

function aWork() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let begun = false;
  const work = () => {
    begun = true;
    return ended;
  };
  return { end: () => end(), work, hasBegun: () => begun };
}

describe('a slot gate', () => {
  it('lets as many through as there are slots, the others in order', async () => {
    const gate = new SlotGate(1);
    const [a, b, c] = [aWork(), aWork(), aWork()];
    const first = gate.through(a.work);
    const second = gate.through(b.work);
    const third = gate.through(c.work);
    await Promise.resolve();
    expect([a, b, c].map((one) => one.hasBegun())).toEqual([true, false, false]);
    a.end();
    await first;
    await Promise.resolve();
    expect([b.hasBegun(), c.hasBegun()]).toEqual([true, false]);
    b.end();
    await second;
    c.end();
    await third;
    expect(c.hasBegun()).toBe(true);
  });

  it('opened, lets everybody through', async () => {
    const gate = new SlotGate(1);
    const [a, b] = [aWork(), aWork()];
    const all = [gate.through(a.work), gate.through(b.work)];
    gate.open();
    await Promise.resolve();
    expect(b.hasBegun()).toBe(true);
    a.end();
    b.end();
    await Promise.all(all);
  });
});
