/** A list of very many runs, whose lines are written into the run index by themselves. */
import type { RunSummary } from '../../engine/ports/run-index.ts';
import { createRedisRunIndex } from '../../engine/redis/index.ts';
import { median, type WebRow } from './report.ts';
import type { WebStand } from './stand.ts';

const RUNS = 100_000;
const BATCH = 500;
const PAGES = 15;

/** In the page itself: from the click to the frame after that which shows more rows, ms. */
const MORE = `new Promise((resolve) => {
  const rows = () => document.querySelectorAll('a[href*="/runs/"]').length;
  const button = [...document.querySelectorAll('button')].find((one) => one.textContent.startsWith('Earlier runs'));
  const before = rows();
  const begin = performance.now();
  const look = () => (rows() > before ? resolve(performance.now() - begin) : requestAnimationFrame(look));
  button.scrollIntoView();
  button.click();
  requestAnimationFrame(look);
})`;

export async function measureManyRuns(stand: WebStand): Promise<WebRow[]> {
  await writeLines(stand);
  const { page, base } = stand;
  await page.goto(`${base}/ns/default/runs`);
  const links = page.locator('a[href*="/runs/"]');
  await links.nth(20).waitFor();
  const times: number[] = [];
  for (let i = 0; i < PAGES; i++) times.push(await page.evaluate<number>(MORE));
  return [
    {
      measure: '100,000 runs: one more page of the list',
      value: median(times),
      unit: 'ms',
      goal: 200,
      note: `median of ${PAGES}, from click to drawn; longest ${Math.round(Math.max(...times))} ms`,
    },
  ];
}

async function writeLines({ connections }: WebStand): Promise<void> {
  const index = createRedisRunIndex(connections);
  const now = Date.now();
  for (let at = 0; at < RUNS; at += BATCH) {
    await index.record(...Array.from({ length: BATCH }, (_, i) => lineOf(at + i, now)));
  }
}

/** Ids in the order of time, as those of real runs. */
function lineOf(i: number, now: number): RunSummary {
  const createdAt = now - (RUNS - i) * 1_000;
  return {
    id: `${createdAt.toString(36).padStart(10, '0')}${i.toString(36).padStart(16, '0')}`,
    namespace: 'default',
    workflow: `workflow-${i % 50}`,
    status: i % 10 === 0 ? 'failed' : 'succeeded',
    createdAt,
    finishedAt: createdAt + 900,
  };
}
