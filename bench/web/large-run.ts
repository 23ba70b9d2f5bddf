/** Runs of very many nodes: how soon the page shows the graph, what the server takes for it, and how smoothly it goes on while nodes end. */
import { countFrames } from './frames.ts';
import { median, type WebRow } from './report.ts';
import type { WebStand } from './stand.ts';

const NODES = 10_000;
const TASKS = 1_000;
const LAYER = 100;
const OPENINGS = 5;
/** How long frames are counted at most, ms. */
const WATCH_MS = 30_000;

/** A thousand nodes end a second, without the load of work on the machine that is measured. */
const FAN_OUT = `
name: wide
tasks:
  gate: { uses: wait, with: { signal: go } }
  many: { needs: gate, uses: wait, with: { for: "\${{ item }}ms" }, foreach: "\${{ range(${NODES}) }}" }
`;

/** Ten layers of a hundred tasks, each a fan-out of ten, which needs two of the layer before. */
function manyTasks(): string {
  const lines = Array.from({ length: TASKS }, (_, i) => {
    const beside = i - LAYER - (i % LAYER) + ((i * 7 + 1) % LAYER);
    const needs = i < LAYER ? 'gate' : `[${[...new Set([i - LAYER, beside])].map((at) => `task${at}`)}]`;
    return `  task${i}: { needs: ${needs}, uses: wait, with: { for: "\${{ mul(item, 60) }}ms" }, foreach: "\${{ range(10) }}" }`;
  });
  return `name: tall\ntasks:\n  gate: { uses: wait, with: { signal: go } }\n${lines.join('\n')}\n`;
}

/** Twenty layers of 25 tasks, each of which needs two of the layer before. */
function plainTasks(): string {
  const [all, layer] = [500, 25];
  const lines = Array.from({ length: all }, (_, i) => {
    const beside = i - layer - (i % layer) + ((i * 7 + 1) % layer);
    const needs = i < layer ? '' : `needs: [${[...new Set([i - layer, beside])].map((at) => `task${at}`)}], `;
    return `  task${i}: { ${needs}uses: wait, with: { for: 20ms } }`;
  });
  return `name: plain\ntasks:\n${lines.join('\n')}\n`;
}

export async function measureLargeRuns(stand: WebStand): Promise<WebRow[]> {
  return [
    await measureBlocks(stand),
    ...(await measureShape(stand, { workflow: 'wide', source: FAN_OUT, of: '1 task × 10,000' })),
    ...(await measureShape(stand, { workflow: 'tall', source: manyTasks(), of: '1,000 tasks × 10' })),
  ];
}

const WATCH_BLOCKS = `
  window.benchBlocks = [];
  new PerformanceObserver((list) => window.benchBlocks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });
`;
/** Until all boxes of the graph are drawn, and what follows them. */
const SETTLES_MS = 2_000;

/** The longest time for which a page that opens answers to nothing. */
async function measureBlocks(stand: WebStand): Promise<WebRow> {
  await stand.ask('/workflows/plain', { source: plainTasks() }, 'PUT');
  const run = await stand.startRun('plain');
  await stand.ask(`/runs/${run}?wait=60s`);
  await stand.page.addInitScript(WATCH_BLOCKS);
  const longest: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    await openRun(stand, run);
    await stand.page.waitForTimeout(SETTLES_MS);
    longest.push(Math.max(0, ...(await stand.page.evaluate<number[]>('window.benchBlocks'))));
  }
  return {
    measure: '500 tasks: longest block of the page while it opens',
    value: median(longest),
    unit: 'ms',
    goal: 300,
    note: `median of ${OPENINGS}, run ended; most ${Math.round(Math.max(...longest))} ms`,
  };
}

interface Shape {
  readonly workflow: string;
  readonly source: string;
  readonly of: string;
}

async function measureShape(stand: WebStand, { workflow, source, of }: Shape): Promise<WebRow[]> {
  await stand.ask(`/workflows/${workflow}`, { source }, 'PUT');
  const run = await stand.startRun(workflow);
  await openRun(stand, run);
  const heads: number[] = [];
  let shownAt: number | undefined;
  const frames = await countFrames(stand.page, async () => {
    await stand.ask(`/runs/${run}/signals/go`, {});
    const ended = stand.page
      .locator('header')
      .getByText(/^.?succeeded$/)
      .first()
      .waitFor({ timeout: WATCH_MS })
      .then(
        () => {
          shownAt = Date.now();
        },
        () => undefined,
      );
    await Promise.race([ended, askAgain(stand, `/runs/${run}`, heads)]);
    await ended;
  });
  const ended = (await stand.ask(`/runs/${run}?wait=60s`)) as { readonly finished_at: string };
  const lateMs = (shownAt ?? Date.now()) - Date.parse(ended.finished_at);
  const opened: number[] = [];
  for (let i = 0; i < OPENINGS; i++) opened.push(await openRun(stand, run));
  const graphs: number[] = [];
  for (let i = 0; i < OPENINGS; i++) graphs.push(await timed(() => stand.ask(`/runs/${run}/graph`)));
  return [
    {
      measure: `${of}: opened`,
      value: median(opened),
      unit: 'ms',
      goal: 2_000,
      note: `median of ${OPENINGS}, by address, run ended`,
    },
    {
      measure: `${of}: frames while it runs`,
      value: frames.perSecond,
      unit: 'frames/s',
      goal: 30,
      note: `longest pause ${Math.round(frames.longestMs)} ms`,
    },
    { measure: `${of}: its end, until it is shown`, value: lateMs, unit: 'ms' },
    {
      measure: `${of}: how far it is, from the server`,
      value: median(heads),
      unit: 'ms',
      goal: 100,
      note: `median of ${heads.length} while it runs`,
    },
    {
      measure: `${of}: its graph, from the server`,
      value: median(graphs),
      unit: 'ms',
      note: `median of ${OPENINGS}, run ended`,
    },
  ];
}

/** Five times with pauses, so that asking is not what keeps the server busy. */
async function askAgain({ ask, page }: WebStand, path: string, times: number[]): Promise<void> {
  for (let i = 0; i < 5; i++) {
    times.push(await timed(() => ask(path)));
    await page.waitForTimeout(400);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** From the address to the first box of the graph, ms. */
async function openRun({ page, base }: WebStand, run: string): Promise<number> {
  const begin = performance.now();
  await page.goto(`${base}/ns/default/runs/${run}`, { waitUntil: 'commit' });
  await page.locator('.react-flow__node').first().waitFor();
  return performance.now() - begin;
}
