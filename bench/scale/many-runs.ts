/** Very many small runs at once. */
import { chainPlan } from '../sluice-parts.ts';
import type { ScaleRow } from './report.ts';
import { openStand, type Stand, timed } from './stand.ts';

/** Nodes of each run. */
const LENGTH = 3;
/** Starts under way at once. */
const STARTS = 250;
const PAGE = 50;

export async function measureManyRuns(path: string, count: number): Promise<ScaleRow[]> {
  const stand = await openStand(path);
  try {
    const of = `${count.toLocaleString('en-US')} runs of ${LENGTH} nodes at once`;
    await stand.worker.expect(count * LENGTH);
    const all = await timed(async () => {
      const started = await timed(() => startAll(stand, count));
      for (const run of started.result) await stand.client.wait(run);
      return started;
    });
    const { executed } = await stand.worker.report();
    if (executed !== count * LENGTH) throw new Error(`${executed} bodies ran for ${count * LENGTH} nodes`);
    const { ms: startMs, result: runs } = all.result;
    const usage = await stand.usage(of);
    const pages = await readPages(stand, count);
    const show = await timed(() => stand.client.show(runs[count >> 1] ?? ''));
    return [
      { measure: `${of}: accepted`, value: (count / startMs) * 1_000, unit: 'runs/s' },
      {
        measure: `${of}: from the first start to the last end`,
        value: (count / all.ms) * 1_000,
        unit: 'runs/s',
      },
      ...usage,
      {
        measure: `${of}: a page of ${PAGE} of the list, slowest`,
        value: Math.max(...pages),
        unit: 'ms',
        atMost: 200,
      },
      { measure: `${of}: one run`, value: show.ms, unit: 'ms' },
    ];
  } finally {
    await stand.close();
  }
}

async function startAll({ client }: Stand, count: number): Promise<string[]> {
  const plan = chainPlan(LENGTH);
  const runs: string[] = [];
  while (runs.length < count) {
    const some = Math.min(STARTS, count - runs.length);
    const started = await Promise.all(Array.from({ length: some }, () => client.start(plan)));
    runs.push(...started.map(({ run }) => run));
  }
  return runs;
}

/** Time of each page, ms; all runs must be on one. */
async function readPages({ index }: Stand, count: number): Promise<number[]> {
  const times: number[] = [];
  let seen = 0;
  let cursor: string | undefined;
  do {
    const page = await timed(() => index.list({}, PAGE, cursor));
    times.push(page.ms);
    seen += page.result.runs.length;
    cursor = page.result.next;
  } while (cursor !== undefined);
  if (seen !== count) throw new Error(`${seen} of ${count} runs were in the list`);
  return times;
}
