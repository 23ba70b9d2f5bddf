import { expect, it } from 'vitest';
import { clockAhead } from '../../../engine/runtime/clock-ahead.ts';

/** A store that answers `theirs`, asked at 1,000 and heard at 1,400. */
function ahead(theirs: number): Promise<number | undefined> {
  let now = 1_000;
  const answer = async () => {
    now = 1_400;
    return theirs;
  };
  return clockAhead({ now: () => now }, { now: answer });
}

it('says what is certain, however long the answer took', async () => {
  expect(await Promise.all([ahead(1_000), ahead(1_200), ahead(1_400)])).toEqual([0, 0, 0]);
  expect(await ahead(400)).toBe(600);
  expect(await ahead(3_400)).toBe(-2_000);
});
