import { describe, expect, it } from 'vitest';
import { RecentObjects } from '../../../engine/s3/recent-objects.ts';

describe('objects that were read last', () => {
  it('are known as long as there is room, those longest unused go first', () => {
    const recent = new RecentObjects(10);
    recent.add('a', Buffer.alloc(4));
    recent.add('b', Buffer.alloc(4));
    expect(recent.get('a')?.length).toBe(4);
    recent.add('c', Buffer.alloc(4));
    expect(['a', 'b', 'c'].map((name) => recent.get(name) !== undefined)).toEqual([true, false, true]);
  });

  it('are counted once each, and leave no room taken behind', () => {
    const recent = new RecentObjects(10);
    for (let i = 0; i < 5; i++) recent.add('a', Buffer.alloc(5));
    recent.add('b', Buffer.alloc(5));
    expect(recent.get('a')).toBeDefined();
    recent.add('large', Buffer.alloc(11));
    expect(recent.get('large')).toBeUndefined();
    recent.add('c', Buffer.alloc(10));
    expect(recent.get('c')?.length).toBe(10);
  });
});
