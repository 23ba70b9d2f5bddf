/** A log of very many lines, written through the log store, read and scrolled in the page of its node. */
import type { LogLine } from '../../engine/ports/log-store.ts';
import { createRedisLogStore } from '../../engine/redis/index.ts';
import { SHARDS } from '../sluice-parts.ts';
import { countFrames } from './frames.ts';
import type { WebRow } from './report.ts';
import type { WebStand } from './stand.ts';

const LINES = 1_000_000;
const BATCH = 5_000;
const SCROLLS = 60;
/** In one line of 997. */
const SOUGHT = 'part 499 of';

const TALKING = `
name: talking
tasks: { talk: { run: 'echo begin' } }
`;

const SCROLL = `new Promise((resolve) => {
  const box = document.querySelector('[role=log]');
  let step = 0;
  const go = () => {
    const part = step <= ${SCROLLS} ? step / ${SCROLLS} : 2 - step / ${SCROLLS};
    box.scrollTop = part * box.scrollHeight;
    if (step++ < ${2 * SCROLLS}) requestAnimationFrame(go);
    else resolve(null);
  };
  go();
})`;

export async function measureLongLog(stand: WebStand): Promise<WebRow[]> {
  const { page, base } = stand;
  await stand.ask('/workflows/talking', { source: TALKING }, 'PUT');
  const run = await stand.startRun('talking');
  await stand.ask(`/runs/${run}?wait=60s`);
  await writeLog(stand, run);
  const begin = performance.now();
  let firstMs = 0;
  await page.goto(`${base}/ns/default/runs/${run}?node=talk`, { waitUntil: 'commit' });
  const reading = await countFrames(page, async () => {
    await page.getByRole('log').locator('button').first().waitFor();
    firstMs = performance.now() - begin;
    await page.getByText(/^1\d{6} lines$/).waitFor();
  });
  const readMs = performance.now() - begin;
  await page.getByLabel('follow').uncheck();
  const scrolling = await countFrames(page, () => page.evaluate(SCROLL));
  let foundMs = 0;
  const searching = await countFrames(page, async () => {
    const from = performance.now();
    await page.getByLabel('Search the log').fill(SOUGHT);
    await page.getByText(/^1 of [1-9]/).waitFor();
    foundMs = performance.now() - from;
    await page.getByRole('button', { name: 'Next match' }).click();
  });
  const pause = (ms: number) => `longest pause ${Math.round(ms)} ms`;
  return [
    { measure: '1 M lines of log: first lines shown', value: firstMs, unit: 'ms' },
    { measure: '1 M lines of log: all of them read', value: readMs, unit: 'ms' },
    {
      measure: '1 M lines of log: frames while they are read',
      value: reading.perSecond,
      unit: 'frames/s',
      goal: 30,
      note: pause(reading.longestMs),
    },
    {
      measure: '1 M lines of log: to the end and back',
      value: scrolling.perSecond,
      unit: 'frames/s',
      goal: 30,
      note: pause(scrolling.longestMs),
    },
    { measure: '1 M lines of log: search', value: foundMs, unit: 'ms', note: pause(searching.longestMs) },
  ];
}

/** Beyond the cap of an installation, which keeps 10,000 lines unless told otherwise. */
async function writeLog({ connections }: WebStand, run: string): Promise<void> {
  const logs = createRedisLogStore(connections, { shards: SHARDS, maxLines: 2 * LINES, maxBytes: 2 ** 30 });
  const name = { run, node: 0, attempt: 1 };
  for (let at = 0; at < LINES; at += BATCH) {
    await logs.append(
      name,
      Array.from({ length: BATCH }, (_, i) => lineOf(at + i)),
    );
  }
}

function lineOf(i: number): Omit<LogLine, 'id'> {
  const stream = i % 20 === 0 ? 'stderr' : 'stdout';
  return { at: Date.now(), stream, text: `line ${i}: copied part ${i % 997} of the table in ${i % 89} ms` };
}
