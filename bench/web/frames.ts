/** Frames that a page draws while something goes on, counted in the page itself. */
import type { Page } from 'playwright-core';

export interface Frames {
  readonly perSecond: number;
  /** The longest time between two frames, ms. */
  readonly longestMs: number;
}

const START = `(() => {
  const seen = { times: [], stops: false };
  window.benchFrames = seen;
  const look = (now) => { seen.times.push(now); if (!seen.stops) requestAnimationFrame(look); };
  requestAnimationFrame(look);
})()`;
const STOP = '(() => { window.benchFrames.stops = true; return window.benchFrames.times; })()';

export async function countFrames(page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(START);
  await work();
  const times = await page.evaluate<number[]>(STOP);
  const steps = times.slice(1).map((time, i) => time - (times[i] ?? time));
  const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return {
    perSecond: spanMs === 0 ? 0 : (steps.length / spanMs) * 1_000,
    longestMs: steps.reduce((most, step) => Math.max(most, step), 0),
  };
}
