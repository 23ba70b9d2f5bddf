/** The page of a run in a real browser: a large graph, what a run waits for, how it was cancelled, and runs that are not there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, openBrowser } from '../support/browser.ts';
import { type CliFolder, type CliProcess, cliFolder } from '../support/cli.ts';

const LONGEST_MS = 120_000;
const TASKS = 120;
/** In six layers. */
const LARGE = `name: large\ntasks:\n${Array.from({ length: TASKS }, (_, i) => {
  const needs = i < 20 ? '' : `needs: task${i - 20}, `;
  return `  task${i}: { ${needs}uses: wait, with: { for: 1ms } }\n`;
}).join('')}`;
const ASKING = `
name: asking
tasks:
  shaky:
    retry: { attempts: 2, delay: 300ms }
    run: 'test "$SLUICE_ATTEMPT" = 2'
  release: { needs: shaky, uses: approval }
`;

describe.skipIf(findBrowser() === undefined)('the page of a run (needs a browser)', () => {
  let folder: CliFolder;
  let up: CliProcess;
  let browser: Browser;
  let page: Page;
  let base = '';

  beforeAll(async () => {
    folder = cliFolder();
    folder.write('large.yaml', LARGE);
    folder.write('asking.yaml', ASKING);
    up = folder.start(['up', '--port', '0']);
    await up.saw('Ctrl-C stops it');
    base = await up.found(/http:\/\/127\.0\.0\.1:\d+/);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1_200, height: 800 } });
    page.setDefaultTimeout(30_000);
    await page.goto(base);
    const token = readFileSync(join(folder.path, '.sluice', 'api-token'), 'utf8').trim();
    await page.fill('input[name=token]', token);
    await page.click('button[type=submit]');
    await page.getByText('There are no runs yet').waitFor();
  }, LONGEST_MS);

  afterAll(async () => {
    await browser?.close();
    up?.kill('SIGKILL');
    await folder?.remove();
  });

  const start = async (file: string) =>
    (await folder.run(['start', file])).stdout.trim().split(/\s+/).at(-1) ?? '';

  it(
    'draws all of a large graph, and has a map while not all of it is in view, until that is hidden',
    async () => {
      await page.goto(`${base}/ns/default/runs/${await start('large.yaml')}`);
      await page.locator(`.react-flow__node[data-id=task${TASKS - 1}]`).waitFor();
      expect(await page.locator('.react-flow__node').count()).toBe(TASKS);
      const map = page.getByRole('img', { name: 'Map of the graph' });
      expect(await map.count()).toBe(0);
      const zoomIn = async () => {
        for (let i = 0; i < 5; i++) await page.getByRole('button', { name: 'Zoom In' }).click();
      };
      await zoomIn();
      await map.waitFor();
      await page.getByRole('button', { name: 'Hide the map' }).click();
      await map.waitFor({ state: 'detached' });
      await page.reload();
      await page.locator('.react-flow__node').first().waitFor();
      await zoomIn();
      await page.getByRole('button', { name: 'Show the map' }).waitFor();
      expect(await map.count()).toBe(0);
    },
    LONGEST_MS,
  );

  it(
    'says what a run waits for, each attempt, and by whom and why it was cancelled',
    async () => {
      const run = await start('asking.yaml');
      await page.goto(`${base}/ns/default/runs/${run}?view=waterfall`);
      await page.getByText('waits for an approval (release)').waitFor();
      const shaky = page.getByRole('button', { name: 'shaky' });
      await expect
        .poll(() => shaky.getAttribute('title'), { timeout: 30_000 })
        .toMatch(/attempt 1: .*, failed\npause before the retry: .*\n(.*\n)*attempt 2: .*, succeeded/);
      await page.getByRole('button', { name: 'Cancel…' }).click();
      await page.getByLabel('Reason, for the history').fill('wrong prices');
      await page.getByRole('button', { name: 'Cancel the run' }).click();
      const why = page.getByRole('region', { name: 'Why it was cancelled' });
      await why.getByText(/Cancelled by this folder .*: wrong prices/).waitFor();
      await page.getByRole('button', { name: 'Retry cancelled…' }).waitFor();
    },
    LONGEST_MS,
  );

  it(
    'says of what is not there why, and leads to what is nearest',
    async () => {
      await page.goto(`${base}/ns/default/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV`);
      await page.getByText('It may have been removed').waitFor();
      await page.goto(`${base}/ns/default/runs/01ARZ3`);
      await page.getByText('It is no id of a run').waitFor();
      await folder.run(['apply', 'asking.yaml']);
      await page.goto(`${base}/ns/default/workflows/askign`);
      await page.getByRole('link', { name: 'Did you mean asking?' }).click();
      await page.getByRole('heading', { name: /^asking/ }).waitFor();
      await page.goto(`${base}/ns/default/quues`);
      await page.getByRole('link', { name: 'Did you mean Queues?' }).waitFor();
    },
    LONGEST_MS,
  );
});
