import { expect, it } from 'vitest';
import { simulateRange } from './simulate-range.ts';

it('keeps every promise in 80 random histories, and reaches every state, rule and fault', async () => {
  const { failures, missing } = await simulateRange(1, 80);
  expect(failures.slice(0, 3).join('\n\n')).toBe('');
  expect(missing).toEqual([]);
}, 240_000);
