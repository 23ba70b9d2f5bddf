import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../engine/memory/clock.ts';
import { createRealClock } from '../../../engine/runtime/real-clock.ts';

describe('the manual clock', () => {
  it('wakes sleepers at their times, in order, and what they start in between', async () => {
    const clock = createManualClock(100);
    const woken: string[] = [];
    const nap = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name}@${clock.now()}`);
    };
    void nap('late', 30);
    void nap('early', 10).then(() => nap('after early', 5));
    void nap('too late', 51);
    await clock.advance(50);
    expect(woken).toEqual(['early@110', 'after early@115', 'late@130']);
    expect(clock.now()).toBe(150);
    await clock.advance(1);
    expect(woken.at(-1)).toBe('too late@151');
  });

  it('wakes a sleeper at once when its signal aborts', async () => {
    const clock = createManualClock(0);
    const abort = new AbortController();
    const nap = clock.sleep(1_000, abort.signal);
    abort.abort();
    await nap;
    await clock.sleep(1_000, abort.signal);
    expect(clock.now()).toBe(0);
  });
});

describe('the real clock', () => {
  it('sleeps at least as long as asked', async () => {
    const clock = createRealClock();
    const start = performance.now();
    await clock.sleep(20);
    expect(performance.now() - start).toBeGreaterThanOrEqual(19);
  });

  it('ends a sleep of years when the signal aborts, before or during', async () => {
    const clock = createRealClock();
    const abort = new AbortController();
    const nap = clock.sleep(1e12, abort.signal);
    abort.abort();
    await nap;
    await clock.sleep(1e12, abort.signal);
  });
});
