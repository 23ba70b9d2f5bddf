import { describe, expect, it } from 'vitest';
import {
  isMadeQueue,
  labelQueue,
  ownQueue,
  parseQueueName,
  slotsFor,
} from '../../../engine/core/queue-name.ts';

describe('the name of a queue', () => {
  it('says the labels, in whatever order they were written, and any text', () => {
    const labels = { zone: 'eu:1', 'a+b': 'x=y&z' };
    const name = labelQueue('default', labels);
    expect(name).toBe(labelQueue('default', { 'a+b': 'x=y&z', zone: 'eu:1' }));
    expect(name).not.toContain(':');
    expect(parseQueueName(name)).toEqual({ queue: 'default', labels });
    expect(labelQueue('default', {})).toBe('default');
  });

  it('says the one worker that it is for', () => {
    expect(parseQueueName(ownQueue('gpu', 's:1'))).toEqual({ queue: 'gpu', labels: {}, session: 's:1' });
    expect([isMadeQueue('gpu'), isMadeQueue(ownQueue('gpu', 's'))]).toEqual([false, true]);
  });

  it.each([
    [labelQueue('default', { zone: 'eu' }), 4],
    [labelQueue('default', { zone: 'us' }), 0],
    [labelQueue('default', { constructor: 'x' }), 0],
    [labelQueue('other', { zone: 'eu' }), 0],
    [ownQueue('default', 's1'), 4],
    [ownQueue('default', 's2'), 0],
  ])('%s is served with %i slots', (name, slots) => {
    expect(
      slotsFor({ session: 's1', queues: { default: 4 }, labels: { zone: 'eu', disk: 'ssd' } }, name),
    ).toBe(slots);
  });
});
