import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../engine/memory/index.ts';
import type { Clock } from '../../../engine/ports/clock.ts';
import { AlarmLoop } from '../../../engine/runtime/alarm-loop.ts';

/** A loop under a manual clock, with the number of sleeps that have not ended. */
function aLoop() {
  const clock = createManualClock(0);
  const sleeping = { now: 0, ever: 0 };
  const counted: Clock = {
    now: clock.now,
    sleep: async (ms, signal) => {
      sleeping.now++;
      sleeping.ever++;
      await clock.sleep(ms, signal);
      sleeping.now--;
    },
  };
  const rung: [string, number][] = [];
  const alarm = (name: string, due: number) => {
    const alarmed = {
      due,
      dueMs: () => alarmed.due,
      ring: (now: number) => {
        rung.push([name, now]);
        alarmed.due = Number.POSITIVE_INFINITY;
      },
    };
    return alarmed;
  };
  return { clock, loop: new AlarmLoop(counted), sleeping, rung, alarm };
}

describe('an alarm loop', () => {
  it('rings each alarm at its time, whatever the order they came in', async () => {
    const { clock, loop, rung, alarm } = aLoop();
    for (const [name, due] of [
      ['late', 5_000],
      ['early', 100],
      ['middle', 700],
    ] as const)
      loop.watch(alarm(name, due));
    await clock.advance(10_000);
    expect(rung).toEqual([
      ['early', 100],
      ['middle', 700],
      ['late', 5_000],
    ]);
  });

  it('sleeps once for many alarms that fall together', async () => {
    const { clock, loop, sleeping, rung, alarm } = aLoop();
    for (let i = 0; i < 1_000; i++) loop.watch(alarm(`a${i}`, 100 + i / 1_000));
    await clock.advance(1_000);
    expect(rung).toHaveLength(1_000);
    expect(sleeping.ever).toBeLessThanOrEqual(2);
  });

  it('does not ring what was forgotten, and does not sleep on for it', async () => {
    const { clock, loop, sleeping, rung, alarm } = aLoop();
    const forgotten = alarm('forgotten', 3_600_000);
    loop.watch(forgotten);
    await clock.advance(1);
    expect(sleeping.now).toBe(1);
    loop.forget(forgotten);
    await clock.advance(1);
    expect(sleeping.now).toBe(0);
    loop.watch(alarm('next', 100));
    await clock.advance(4_000_000);
    expect(rung.map(([name]) => name)).toEqual(['next']);
  });

  it('ends its sleep when it is closed', async () => {
    const { clock, loop, sleeping, rung, alarm } = aLoop();
    loop.watch(alarm('never', 100));
    loop.close();
    loop.watch(alarm('neither', 100));
    await clock.advance(1_000);
    expect(sleeping.now).toBe(0);
    expect(rung).toEqual([]);
  });
});
