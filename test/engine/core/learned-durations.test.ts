import { describe, expect, it } from 'vitest';
import { LearnedDurations } from '../../../engine/core/learned-durations.ts';

const TASK = { namespace: 'default', workflow: 'w', task: 'train' };

describe('learned durations', () => {
  it('are unknown at first, then lean to the newest', () => {
    const durations = new LearnedDurations();
    expect(durations.of(TASK)).toBeUndefined();
    durations.learn(TASK, 100);
    expect(durations.of(TASK)).toBe(100);
    durations.learn(TASK, 200);
    expect(durations.of(TASK)).toBe(150);
    expect(durations.of({ ...TASK, namespace: 'other' })).toBeUndefined();
  });

  it('forget the oldest task rather than grow without bound', () => {
    const durations = new LearnedDurations();
    for (let i = 0; i <= 200_000; i++) durations.learn({ ...TASK, task: `t${i}` }, i);
    expect(durations.of({ ...TASK, task: 't0' })).toBeUndefined();
    expect(durations.of({ ...TASK, task: 't200000' })).toBe(200_000);
  });
});
