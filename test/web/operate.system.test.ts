/** Operating in a real browser: one walk through a real server, by whoever may everything and by whoever may only look. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/accessibility.ts';
import { findBrowser } from '../support/browser.ts';
import { type WebStand, webStand } from '../support/web-stand.ts';

const LONGEST_MS = 120_000;

const SCHEDULED = `
name: gathering
triggers: [{cron: "0 * * * *"}]
tasks:
  gather: {run: 'echo gathered'}
  agree: {needs: [gather], uses: approval}
  far: {run: 'echo far', queue: nowhere}
`;

const PAGES = [
  '/ns/default',
  '/ns/default/schedules',
  '/ns/default/limits',
  '/ns/default/notifications',
  '/ns/default/secrets',
  '/queues',
  '/workers',
  '/tokens',
  '/audit',
];

describe.skipIf(findBrowser() === undefined)('operating (needs a browser)', () => {
  let stand: WebStand;
  let page: Page;

  beforeAll(async () => {
    stand = await webStand({
      files: { 'gathering.yaml': SCHEDULED },
      // What is refused is meant to be; and a machine that does other tests as well may be late once.
      expected: /40[03]|503/,
    });
    page = await stand.newPage();
  }, LONGEST_MS);

  afterAll(() => stand?.close());

  const api = (path: string, init: RequestInit = {}, bearer = stand.token) =>
    fetch(`${stand.base}/api/v1${path}`, {
      ...init,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    });
  /** Asked again and again from here: the page's own policy forbids that it evaluates text by itself. */
  async function eventually(condition: string): Promise<void> {
    await expect.poll(() => page.evaluate<boolean>(condition), { timeout: 5_000 }).toBe(true);
  }
  /** What makes the page wider than the window, unless that passes within a moment. */
  async function tooWide(path: string): Promise<string[]> {
    const isNarrow = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
    const fits = await eventually(isNarrow).then(
      () => true,
      () => false,
    );
    if (fits) return [];
    const wide = await page.evaluate<string[]>(
      `[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth && getComputedStyle(one.parentElement).overflowX === 'visible').map((one) => one.outerHTML.slice(0, 100))`,
    );
    return [`${path} scrolls sideways: ${wide.slice(0, 5).join(' ')}`];
  }
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  it(
    'is used from signing in to a run with the keyboard alone, and finds things by their names',
    async () => {
      await page.goto(stand.base);
      await page.getByLabel('Token').waitFor();
      await page.keyboard.type(stand.token);
      await page.keyboard.press('Enter');
      await page.getByText('There are no runs yet').waitFor();
      const put = { method: 'PUT', body: JSON.stringify({ source: SCHEDULED }) };
      expect((await api('/namespaces/default/workflows/gathering', put)).status).toBe(200);
      const started = await api('/namespaces/default/runs', {
        method: 'POST',
        body: '{"workflow":"gathering"}',
      });
      const { run } = (await started.json()) as { run: string };

      await page.keyboard.press('g');
      await page.keyboard.press('r');
      await page.getByRole('link', { name: run }).waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('o');
      await page
        .getByRole('region', { name: 'Newest runs' })
        .getByRole('link', { name: 'gathering' })
        .waitFor();
      await page.keyboard.press('?');
      const sheet = page.getByRole('dialog', { name: 'Keys' });
      await sheet.getByText('Next row').waitFor();
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });

      await page.keyboard.press('Control+k');
      const palette = page.getByRole('dialog', { name: 'Find' });
      await palette.getByText('Recent runs').waitFor();
      await page.keyboard.type('limi');
      await palette.getByRole('option', { name: 'Limits', selected: true }).waitFor();
      await page.keyboard.press('Enter');
      await heading('Limits');
      await page.keyboard.press('Control+k');
      await palette.getByPlaceholder(/A page/).waitFor();
      await page.keyboard.type(run);
      await palette.getByText(`${run} in default`).waitFor();
      await palette.getByRole('option', { selected: true }).filter({ hasText: run }).waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/ns/default/runs/${run}**`);
    },
    LONGEST_MS,
  );

  it(
    'shows what runs and what needs somebody, in the zone and the colours that one likes',
    async () => {
      await page.goto(`${stand.base}/ns/default`);
      const needs = page.locator('section', { has: page.getByRole('heading', { name: 'Needs somebody' }) });
      await needs.getByText('waits for an approval').waitFor();
      await page.keyboard.press(',');
      await page.getByLabel('Time zone').selectOption('Asia/Tokyo');
      await page.getByLabel('Times').selectOption('absolute');
      await page.getByLabel('Colours').selectOption('dark');
      await page.keyboard.press('Escape');
      const shown = page.getByRole('region', { name: 'Newest runs' }).locator('time').first();
      const at = (await shown.getAttribute('datetime')) ?? '';
      const there = new Date(Date.parse(at) + 9 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
      expect(await shown.textContent()).toBe(there);
      expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
      await page.reload();
      await page.getByText(there).first().waitFor();
    },
    LONGEST_MS,
  );

  it(
    'pauses a schedule with a reason, shows which times a backfill would run, and when an expression would',
    async () => {
      await page.goto(`${stand.base}/ns/default/schedules`);
      await page.getByRole('button', { name: 'Try an expression…' }).click();
      const trying = page.getByRole('dialog', { name: 'Try an expression' });
      await trying.getByLabel(/Cron expression/).fill('61 * * * *');
      await trying
        .getByRole('alert')
        .getByText(/minute/)
        .first()
        .waitFor();
      await trying.getByLabel(/Cron expression/).fill('every minute');
      await trying.getByText('as an interval it is written 1m').waitFor();
      await trying.getByLabel(/Cron expression/).fill('0 0 1 1 *');
      await trying
        .getByText(/-01-01 /)
        .first()
        .waitFor();
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Backfill gathering…' }).click();
      const backfill = page.getByRole('dialog', { name: 'Backfill gathering' });
      await backfill.getByLabel(/^From/).fill('2026-01-01T00:00');
      await backfill.getByLabel(/^To/).fill('2026-01-01T03:00');
      await backfill.getByRole('button', { name: 'Show the times' }).click();
      await backfill.getByText('3 runs, one for each of:').waitFor();
      expect(await backfill.getByRole('listitem').count()).toBe(3);
      await backfill.getByRole('button', { name: 'Start 3 runs' }).click();
      await page.getByText(/backfill .*: 1 started, 1 running/).waitFor();
      await page.getByRole('button', { name: 'Cancel…' }).click();
      const cancel = page.getByRole('dialog', { name: 'Cancel the backfill of gathering?' });
      await cancel.getByText('the run that goes on is cancelled').waitFor();
      await cancel.getByRole('button', { name: 'Cancel it' }).click();
      await page.getByText(/backfill .*: cancelled, 1 cancelled/).waitFor();

      await page.getByRole('button', { name: 'Pause gathering…' }).click();
      await page.getByLabel('Reason').fill('upstream is down');
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await page.getByText('paused: upstream is down').waitFor();
    },
    LONGEST_MS,
  );

  it(
    'sets a limit, and says what waits in a queue and why',
    async () => {
      await page.goto(`${stand.base}/ns/default/limits`);
      await page.getByRole('button', { name: 'Set a limit…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(/^Key/).fill('deploy-prod');
      await dialog.getByLabel(/^Holders at once/).fill('2');
      await dialog.getByRole('button', { name: 'Set', exact: true }).click();
      await page.getByRole('row', { name: /deploy-prod 2/ }).waitFor();
      await page.goto(`${stand.base}/queues`);
      const queue = page.getByRole('row', { name: /nowhere/ });
      await queue.getByText('No worker serves it.').waitFor();
      expect(await queue.getByRole('cell').nth(1).textContent()).toBe('1');
    },
    LONGEST_MS,
  );

  it(
    'makes a token that is shown once and may only look, in the pages and at the server; revokes it; and the audit log says so',
    async () => {
      await page.goto(`${stand.base}/tokens`);
      await page.getByRole('button', { name: 'Make a token…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: /^Name/ }).fill('looker');
      await dialog.getByLabel('Namespace').selectOption('default');
      await dialog.getByRole('button', { name: 'Make it' }).click();
      const made = (await dialog.locator('code').textContent()) ?? '';
      expect(made).toMatch(/^slc_/);
      await dialog.getByRole('button', { name: 'I have copied it' }).click();
      await page.getByRole('row', { name: /looker/ }).waitFor();
      expect(await page.content()).not.toContain(made);

      const other = await stand.newPage();
      await other.goto(`${stand.base}/ns/default/schedules`);
      await other.getByLabel('Token').fill(made);
      await other.keyboard.press('Enter');
      const resume = other.getByRole('button', { name: 'Resume gathering…' });
      await resume.waitFor();
      expect(await resume.getAttribute('aria-disabled')).toBe('true');
      expect(await resume.getAttribute('title')).toContain(
        'needs the role operator in the namespace default',
      );
      await resume.click({ force: true });
      expect(await other.getByRole('dialog').count()).toBe(0);
      expect(await other.getByRole('link', { name: 'Tokens' }).count()).toBe(0);
      await other.goto(`${stand.base}/tokens`);
      await other.getByText(/This needs the role admin in all namespaces/).waitFor();
      const path = '/namespaces/default/workflows/gathering/schedules/0/resume';
      expect((await api(path, { method: 'POST', body: '{}' }, made)).status).toBe(403);
      await other.context().close();

      await page.getByRole('button', { name: 'Revoke looker…' }).click();
      await page.getByRole('button', { name: 'Revoke', exact: true }).click();
      await page.getByRole('row', { name: /looker/ }).waitFor({ state: 'detached' });
      expect((await api('/access', {}, made)).status).toBe(401);
      await page.goto(`${stand.base}/audit?action=token`);
      await page.getByRole('link', { name: 'token.revoke' }).waitFor();
      await page.getByRole('link', { name: 'token.create' }).first().waitFor();
      await page.getByRole('button', { name: 'Verify the record' }).click();
      await page.getByText(/✓ whole/).waitFor();
    },
    LONGEST_MS,
  );

  it(
    'can be read by everybody: axe finds nothing, light and dark, and a phone scrolls no page sideways',
    async () => {
      await page.goto(`${stand.base}/ns/default`);
      await page.getByRole('button', { name: /You and settings/ }).click();
      await page.getByLabel('Colours').selectOption('system');
      const found: string[] = [];
      for (const path of PAGES) {
        await page.setViewportSize({ width: 375, height: 800 });
        await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
        await page.goto(`${stand.base}${path}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await eventually('!document.body.textContent.includes("Loading…")');
        found.push(...(await tooWide(path)));
        await page.setViewportSize({ width: 1280, height: 800 });
        found.push(...(await axeFindings(page, path)));
      }
      expect(found).toEqual([]);
    },
    LONGEST_MS,
  );

  it(
    'stores the first secret of a new installation, whose key it makes',
    async () => {
      await page.goto(`${stand.base}/ns/default/secrets`);
      await page.getByRole('button', { name: 'Set a secret…' }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('FIRST');
      await dialog.getByLabel('Value').fill('worth to be kept');
      await page.keyboard.press('Enter');
      await page.getByRole('cell', { name: 'FIRST', exact: true }).waitFor();
      const key = readFileSync(join(stand.folder.path, '.sluice', 'secrets.key'), 'utf8');
      expect(Buffer.from(key, 'base64')).toHaveLength(32);
    },
    LONGEST_MS,
  );

  it('breaks no rule of its own policy', () => {
    expect(stand.troubles).toEqual([]);
  });
});
