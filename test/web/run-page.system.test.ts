/** The page of a run in a real browser: a large graph, what a run waits for, how it was cancelled, and runs that are not there. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { type WebStand, webStand } from '../support/web-stand.ts';

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
  let stand: WebStand;
  let page: Page;

  beforeAll(async () => {
    stand = await webStand({
      files: { 'large.yaml': LARGE, 'asking.yaml': ASKING },
      expected: /status of 404/,
      context: { viewport: { width: 1_200, height: 800 } },
    });
    page = await stand.signedIn();
  }, LONGEST_MS);

  afterAll(() => stand?.close());

  it(
    'draws all of a large graph, and has a map while not all of it is in view, until that is hidden',
    async () => {
      await page.goto(`${stand.base}/ns/default/runs/${await stand.start('large.yaml')}`);
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
      const run = await stand.start('asking.yaml');
      await page.goto(`${stand.base}/ns/default/runs/${run}?view=waterfall`);
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
      await page.goto(`${stand.base}/ns/default/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV`);
      await page.getByText('It may have been removed').waitFor();
      await page.goto(`${stand.base}/ns/default/runs/01ARZ3`);
      await page.getByText('It is no id of a run').waitFor();
      await stand.folder.run(['apply', 'asking.yaml']);
      await page.goto(`${stand.base}/ns/default/workflows/askign`);
      await page.getByRole('link', { name: 'Did you mean asking?' }).click();
      await page.getByRole('heading', { name: /^asking/ }).waitFor();
      await page.goto(`${stand.base}/ns/default/quues`);
      await page.getByRole('link', { name: 'Did you mean Queues?' }).waitFor();
    },
    LONGEST_MS,
  );
});
