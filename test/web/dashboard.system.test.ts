/** The dashboard in a real browser, against a real server with all roles. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { type WebStand, webStand } from '../support/web-stand.ts';

const LONGEST_MS = 90_000;

const FAILING = `
name: prices
labels: { team: data }
tasks:
  fetch: {run: 'echo fetching'}
  each:
    needs: [fetch]
    foreach: [1, 2, 3]
    run: "printf '\\\\033[32mgreen\\\\033[0m <b>not bold</b>\\\\n'"
  check: {needs: [fetch], run: "echo looking; echo 'no such table: prices' >&2; exit 3"}
  report: {needs: [each, check], run: 'echo report'}
  shaky:
    retry: { attempts: 2, delay: 10ms }
    run: 'for i in 1 2 3; do echo "needle $i of attempt $SLUICE_ATTEMPT"; echo hay; done; test "$SLUICE_ATTEMPT" = 2'
  page:
    run: |
      printf '\\211PNG\\r\\n\\032\\n' > dot.png
      echo '<script>parent.stolen = 1</script>' > page.html
    artifacts: { dot: dot.png, page: page.html }
`;
const WAITING = `
name: releasing
tasks:
  build: {run: 'echo built'}
  release: {needs: [build], uses: approval}
  publish: {needs: [release], run: 'echo published'}
`;

describe.skipIf(findBrowser() === undefined)('the dashboard (needs a browser)', () => {
  let stand: WebStand;
  let page: Page;

  beforeAll(async () => {
    stand = await webStand({ files: { 'failing.yaml': FAILING, 'waiting.yaml': WAITING } });
    page = await stand.newPage();
  }, LONGEST_MS);

  afterAll(() => stand?.close());

  it(
    'asks who it is, and keeps the token where no script can read it',
    async () => {
      await page.goto(stand.base);
      await page.fill('input[name=token]', 'slc_wrong');
      await page.click('button[type=submit]');
      await page.getByText('The token is not known here').waitFor();
      await page.fill('input[name=token]', stand.token);
      await page.click('button[type=submit]');
      await page.getByText('There are no runs yet').waitFor();
      const readable = await page.evaluate<string>(
        'JSON.stringify([document.cookie, location.href, { ...localStorage }, { ...sessionStorage }])',
      );
      expect(readable).not.toContain(stand.token);
      await page.reload();
      await page.getByText('There are no runs yet').waitFor();
    },
    LONGEST_MS,
  );

  it(
    'shows a run that is started elsewhere without a reload, and of a failed one the failure first',
    async () => {
      await page.goto(`${stand.base}/ns/default/runs`);
      await page.getByText('There are no runs yet').waitFor();
      const run = await stand.start('failing.yaml');
      await page.getByRole('link', { name: run }).click();
      const failure = page.getByRole('region', { name: 'Why it failed' });
      await failure.waitFor();
      await failure.locator('pre').getByText('no such table: prices').waitFor();
      expect(await failure.textContent()).toContain(`sluice retry ${run} --failed`);
      await page.getByRole('button', { name: 'check' }).first().click();
      await page.getByRole('log').getByText('no such table: prices').waitFor();
      const panel = page.getByRole('complementary', { name: 'Node check' });
      expect(await panel.locator('.bg-bad-soft').last().textContent()).toBe(
        'exit_code The process ended with exit code 3.',
      );
    },
    LONGEST_MS,
  );

  it(
    'opens and closes a node of the graph by the keyboard',
    async () => {
      await page.keyboard.press('Escape');
      const panel = page.getByRole('complementary', { name: 'Node report' });
      const box = page.locator('.react-flow__node[data-id=report]');
      await box.focus();
      await page.keyboard.press('Enter');
      await panel.waitFor();
      await page.locator('aside:focus').waitFor();
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached' });
      await page.locator('.react-flow__node[data-id=report]:focus').waitFor();
    },
    LONGEST_MS,
  );

  it(
    'shows what tasks wrote as text, in their colours',
    async () => {
      await page.getByRole('tab', { name: 'steps' }).click();
      await page.getByRole('button', { name: 'Nodes of each' }).click();
      await page.getByRole('button', { name: /^each\[2\]/ }).click();
      const log = page.getByRole('log');
      await log.getByText('<b>not bold</b>').waitFor();
      expect(await log.locator('b').count()).toBe(0);
      expect(await log.locator('.ansi-green').textContent()).toBe('green');
    },
    LONGEST_MS,
  );

  it(
    'shows kept files as pictures or text and never as pages, the history of the run, and lines of a level',
    async () => {
      const address = page.url().replace(/\?.*/, '');
      await page.goto(`${address}?node=page`);
      await page.getByRole('tab', { name: 'outputs' }).click();
      const artifact = (name: string) => page.getByRole('region', { name: `Artifact ${name}` });
      await artifact('page').getByRole('button', { name: 'Show' }).click();
      await artifact('page').getByText('<script>parent.stolen = 1</script>').waitFor();
      await artifact('dot').getByRole('button', { name: 'Show' }).click();
      expect(await artifact('dot').getByRole('img').getAttribute('src')).toMatch(/^data:image\/png;base64,/);
      expect(await page.evaluate('typeof globalThis.stolen')).toBe('undefined');

      await page.goto(`${address}?view=events`);
      const history = page.getByRole('log', { name: 'History of the run' });
      await history.getByText('exit_code: ').first().waitFor();
      await page.getByRole('searchbox', { name: 'Search the history' }).fill('run failed');
      await page.getByText(/^1 of \d+ events$/).waitFor();
      await page.getByRole('searchbox', { name: 'Search the history' }).fill('check');
      await history.getByRole('button', { name: 'check' }).first().click();
      const log = page.getByRole('log', { name: /^Log of check/ });
      await log.getByText('looking').waitFor();
      await page.getByRole('combobox', { name: 'Least level' }).selectOption('warn');
      await log.getByText('looking').waitFor({ state: 'detached' });
      await log.getByText('no such table: prices').waitFor();
      await page.goto(address);
    },
    LONGEST_MS,
  );

  it(
    'searches a log to and fro, and shows two attempts side by side',
    async () => {
      const address = page.url();
      await page.goto(`${address}?node=shaky`);
      const second = page.getByRole('log', { name: 'Log of shaky, attempt 2' });
      await second.getByText('needle 1 of attempt 2').waitFor();
      await page.getByRole('searchbox', { name: 'Search the log' }).fill('NEEDLE');
      const hits = (text: string) => page.getByText(text, { exact: true }).waitFor();
      await hits('1 of 3');
      await page.getByRole('button', { name: 'Next match' }).click();
      await hits('2 of 3');
      await page.getByRole('button', { name: 'Previous match' }).click();
      await page.getByRole('button', { name: 'Previous match' }).click();
      await hits('3 of 3');
      await page.getByRole('combobox', { name: 'Beside it' }).selectOption('1');
      const first = page.getByRole('log', { name: 'Log of shaky, attempt 1' });
      await first.getByText('needle 3 of attempt 1').waitFor();
      await page.getByRole('searchbox', { name: 'Search the log' }).first().fill('');
      expect(await page.getByText('3 of 6 lines differ').count()).toBe(2);
      expect(await first.getByRole('img', { name: 'Not in attempt 2' }).count()).toBe(3);
      await page.getByRole('checkbox', { name: 'only what differs' }).last().check();
      await first.getByText('hay').first().waitFor({ state: 'detached' });
      await first.getByRole('button', { name: 'Link to line 5' }).waitFor();
      await page.getByRole('button', { name: 'Next difference' }).first().click();
      await second
        .getByTitle(/not in attempt 1/)
        .first()
        .waitFor();
      const [left, right] = [await second.boundingBox(), await first.boundingBox()];
      expect(left?.y).toBe(right?.y);
      expect((left?.x ?? 0) + (left?.width ?? 0)).toBeLessThanOrEqual(right?.x ?? 0);
      await page.goto(address);
    },
    LONGEST_MS,
  );

  it(
    'shows before a retry what runs again and what stays',
    async () => {
      await page.getByRole('button', { name: 'Retry failed…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/Runs again \(2\)/).waitFor();
      const text = await dialog.textContent();
      expect(text).toContain('check');
      expect(text).toContain('report');
      await dialog.getByRole('button', { name: 'Leave it' }).click();
      await dialog.waitFor({ state: 'detached' });
    },
    LONGEST_MS,
  );

  it(
    'follows a run as it goes on, and cancels it when told to, twice',
    async () => {
      const run = await stand.start('waiting.yaml');
      await page.goto(`${stand.base}/ns/default/runs/${run}?view=steps`);
      await page.getByText('● live').waitFor();
      await page
        .getByRole('row', { name: /release/ })
        .getByText('waiting')
        .waitFor();
      await page.getByRole('button', { name: 'Cancel…' }).click();
      await page.getByRole('button', { name: 'Cancel the run' }).click();
      await page.locator('header').getByText('cancelled').first().waitFor();
      await page
        .getByRole('row', { name: /publish/ })
        .getByText('cancelled')
        .waitFor();
    },
    LONGEST_MS,
  );

  it(
    'finds runs by label, text and status, and keeps the filter under a name',
    async () => {
      await page.goto(`${stand.base}/ns/default/runs`);
      const prices = page.getByRole('link', { name: 'prices', exact: true });
      const releasing = page.getByRole('link', { name: 'releasing', exact: true });
      await releasing.waitFor();
      await page.getByRole('searchbox', { name: 'Labels' }).fill('team=data');
      await page.keyboard.press('Enter');
      await releasing.waitFor({ state: 'detached' });
      await prices.waitFor();
      await page.getByRole('button', { name: 'failed', exact: true }).click();
      await page.getByRole('button', { name: 'cancelled', exact: true }).click();
      await page.waitForURL(/status=failed%2Ccancelled/);
      await page.getByRole('button', { name: 'Save view…' }).click();
      await page.getByRole('textbox', { name: 'Name of the view' }).fill('of data, broken');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Show all' }).click();
      await releasing.waitFor();
      await page.reload();
      await page.getByRole('combobox', { name: 'Saved views' }).selectOption('of data, broken');
      await releasing.waitFor({ state: 'detached' });
      expect(page.url()).toContain('label=team%3Ddata');
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.getByRole('searchbox', { name: 'Find' }).fill('RELEAS');
      await prices.waitFor({ state: 'detached' });
      await releasing.waitFor();
    },
    LONGEST_MS,
  );

  it('breaks no rule of its own policy', () => {
    expect(stand.troubles).toEqual([]);
  });
});
