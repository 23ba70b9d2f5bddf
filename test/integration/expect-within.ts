/** Times are told for information; only what is far beyond anything promised fails. */
import { expect } from 'vitest';

/** Both ends in ms since 1970. */
export function expectWithin(limitMs: number, what: string, from: number, to: number | undefined): void {
  const took = (to ?? Number.NaN) - from;
  console.info(`${what}: ${Math.round(took)} ms`);
  expect(took, what).toBeLessThan(limitMs);
}
