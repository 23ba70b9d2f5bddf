/** Steering runs from the dashboard, in a real browser against a real server with all roles. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/accessibility.ts';
import { findBrowser } from '../support/browser.ts';
import { type WebStand, webStand } from '../support/web-stand.ts';

const LONGEST_MS = 90_000;

const RELEASE = `
name: release
inputs: {target: {type: enum, enum: [staging, production], default: staging}, size: {type: integer, default: 1}}
tasks:
  go:
    uses: approval
    with: {form: {replicas: {type: integer, required: true}}}
  word: {needs: [go], uses: wait, with: {signal: ready}}
  ship:
    needs: [word]
    env: {SIZE: '\${{ inputs.size }}', REPLICAS: '\${{ tasks.go.outputs.form.replicas }}'}
    run: 'echo shipping "$REPLICAS"; test "$SIZE" -gt 1'
  tell: {needs: [ship], run: 'echo told'}
`;
const HANGING = `
name: hanging
tasks:
  hang: {run: 'sleep 600'}
`;

describe.skipIf(findBrowser() === undefined)('steering from the dashboard (needs a browser)', () => {
  let stand: WebStand;
  let page: Page;

  const runsOf = async (workflow: string) =>
    (await stand.folder.run(['list', '--workflow', workflow, '--json'])).stdout.match(
      /[0-7][0-9A-HJKMNP-TV-Z]{25}/g,
    ) ?? [];

  beforeAll(async () => {
    stand = await webStand({
      files: {
        'release.yaml': RELEASE,
        'hanging.yaml': HANGING,
        'asking.yaml': RELEASE.replace('name: release', 'name: asking'),
      },
      // What is refused is part of it, and so is a server that is away.
      expected: /40\d|422|ERR_CONNECTION/,
    });
    page = await stand.signedIn();
  }, LONGEST_MS);

  afterAll(() => stand?.close());

  it(
    'approves with the form, sends the signal, and runs again with other inputs',
    async () => {
      const run = await stand.start('release.yaml');
      await page.goto(`${stand.base}/ns/default/runs/${run}?node=go`);
      const other = await page.context().newPage();
      await other.goto(page.url());
      const waits = page.getByRole('region', { name: 'What it waits for' });
      await waits.getByLabel(/replicas/).fill('many');
      await waits.getByRole('button', { name: 'Approve' }).click();
      await waits.getByText('must be a number').waitFor();
      await waits.getByLabel(/replicas/).fill('7');
      await waits.getByLabel('Comment').fill('looks fine');
      // Somebody else fills in the same form, and is a moment later.
      const late = other.getByRole('region', { name: 'What it waits for' });
      await late.getByLabel(/replicas/).fill('8');
      await other.route('**/approve', async (route) => {
        await waits.getByRole('button', { name: 'Approve' }).click();
        await waits.waitFor({ state: 'detached' });
        await route.continue();
      });
      await late.getByRole('button', { name: 'Approve' }).click();
      await other.getByText('Your answer did not count').waitFor();
      await other.close();
      await page.goto(`${stand.base}/ns/default/runs/${run}?node=word`);
      await page.getByText('It waits for the signal').waitFor();
      await page.getByRole('button', { name: 'Send it' }).click();
      await page.getByRole('region', { name: 'Why it failed' }).waitFor();
      await page.getByRole('button', { name: 'Run again from word…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Other inputs').click();
      // As it is declared, not by what the run was given.
      await dialog.getByRole('combobox', { name: /target/ }).selectOption('production');
      await dialog.getByLabel(/size/).fill('x');
      await dialog.getByRole('button', { name: 'Start', exact: true }).click();
      await dialog.getByText('must be a number').waitFor();
      await dialog.getByLabel(/size/).fill('3');
      await dialog.getByText(/Runs again/).waitFor();
      await dialog.getByRole('button', { name: 'Leave it' }).click();
      await page.goto(`${stand.base}/ns/default/runs/${run}?node=ship`);
      await page.getByRole('button', { name: 'Run again from ship…' }).click();
      await dialog.getByText('Other inputs').click();
      await dialog.getByLabel(/size/).fill('3');
      await dialog.getByRole('button', { name: 'Start', exact: true }).click();
      await page.waitForURL((url) => !url.pathname.endsWith(run));
      await page.locator('header').getByText('succeeded').first().waitFor();
    },
    LONGEST_MS,
  );

  it(
    'finds the runs that need an answer, those that come to need one while the list is shown, and no others',
    async () => {
      const first = await stand.start('release.yaml');
      await page.goto(`${stand.base}/ns/default/runs`);
      await page.getByRole('button', { name: 'needs an answer' }).click();
      await page.waitForURL(/awaiting=true/);
      const rows = page.locator('tbody tr');
      await rows.filter({ hasText: first }).getByText('needs an answer').waitFor();
      await expect.poll(() => rows.count()).toBe(1);
      const second = await stand.start('release.yaml');
      await rows.filter({ hasText: second }).waitFor();
      expect(
        (await stand.folder.run(['list', '--awaiting'])).stdout.match(/running, 1 awaiting/g),
      ).toHaveLength(2);
      await page.goto(`${stand.base}/ns/default`);
      const needs = page.getByText(/release › go .* waits for an approval/);
      await expect.poll(() => needs.count()).toBe(2);
      await page.goBack();
      for (const run of [first, second]) await stand.folder.run(['cancel', run]);
      await page.getByText('No run is like that.').waitFor();
    },
    LONGEST_MS,
  );

  it(
    'says how a node ended, and several runs are cancelled at once',
    async () => {
      const runs = [
        await stand.start('hanging.yaml'),
        await stand.start('hanging.yaml'),
        await stand.start('hanging.yaml'),
      ];
      await page.goto(`${stand.base}/ns/default/runs/${runs[0]}?node=hang`);
      await page.getByRole('button', { name: 'Mark hang…' }).click();
      const dialog = page.getByRole('dialog');
      // Nothing is said for them: not before one of the ends is chosen.
      await dialog.getByText('Choose one to see what would run again').waitFor();
      expect(await dialog.getByRole('button', { name: 'Mark', exact: true }).isDisabled()).toBe(true);
      await dialog.getByLabel('skipped').check();
      await dialog.getByRole('button', { name: 'Mark as skipped' }).click();
      await page.locator('header').getByText('succeeded').first().waitFor();
      await page.goto(`${stand.base}/ns/default/runs?workflow=hanging`);
      await page.getByLabel('Choose all that are shown').check();
      await page.getByText('3 runs chosen').waitFor();
      // The one that has ended is left out.
      await page.getByRole('button', { name: 'Cancel 2…' }).click();
      for (const run of runs.slice(1)) await dialog.getByText(run).waitFor();
      await dialog.getByRole('button', { name: 'Cancel them' }).click();
      await dialog.getByText('2 of 2 asked, 0 refused').waitFor();
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      for (const run of runs.slice(1))
        await page
          .getByRole('row', { name: new RegExp(run) })
          .getByText('cancelled')
          .waitFor();
    },
    LONGEST_MS,
  );

  it(
    'shows a viewer all of a run, live, and lets nothing be done to it',
    async () => {
      const made = await stand.folder.run(['tokens', 'create', 'looker', '--role', 'viewer']);
      const token = /slc_[\w-]+/.exec(made.stdout)?.[0] ?? '';
      const looker = await stand.signedIn(token);
      const run = await stand.start('release.yaml');
      await looker.goto(`${stand.base}/ns/default/runs/${run}?node=go`);
      const waits = looker.getByRole('region', { name: 'What it waits for' });
      await waits.getByText('It waits for an approval').waitFor();
      const told: string[] = [];
      looker.on('request', (request) => {
        if (request.method() !== 'GET') told.push(`${request.method()} ${request.url()}`);
      });
      await looker
        .getByTitle(/looker is viewer there/)
        .first()
        .waitFor();
      const names: string[] = [];
      const harmless: string[] = [];
      for (const action of await looker.locator('main [data-action]').all()) {
        const name = (await action.textContent()) ?? '';
        const isRefused = (await action.getAttribute('aria-disabled')) === 'true';
        (isRefused ? names : harmless).push(name);
        if (!isRefused) continue;
        await action.click({ force: true });
        expect(await looker.getByRole('dialog').count(), name).toBe(0);
      }
      expect(harmless.filter((name) => !/^([↑↓→]|Download|Fit|As command.*)$/.test(name))).toEqual([]);
      expect(names).toEqual(expect.arrayContaining(['Pause', 'Cancel…', 'Mark go…', 'Approve', 'Reject']));
      await waits.getByLabel(/replicas/).fill('7');
      await waits.getByLabel('Comment').press('Enter');
      expect(told).toEqual([]);
      const cancelled = await fetch(`${stand.base}/api/v1/namespaces/default/runs/${run}/cancel`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{}',
      });
      expect(cancelled.status).toBe(403);

      await stand.folder.run(['approve', run, 'go', '--form', 'replicas=7']);
      await waits.waitFor({ state: 'detached' });
      await stand.folder.run(['signal', run, 'ready']);
      await looker.getByRole('region', { name: 'Why it failed' }).waitFor();
      await looker.goto(`${stand.base}/ns/default/runs/${run}?node=ship`);
      await looker.getByRole('log').getByText('shipping 7').waitFor();
      for (const name of ['Retry failed…', 'Retry from ship…', 'Run again from ship…']) {
        const button = looker.getByRole('button', { name });
        await button.click({ force: true });
        expect(await button.getAttribute('aria-disabled')).toBe('true');
      }
      expect(await looker.getByRole('dialog').count()).toBe(0);
      await looker.context().close();
    },
    LONGEST_MS,
  );

  it(
    'goes on by itself when its server has been away',
    async () => {
      const run = await stand.start('asking.yaml');
      await page.goto(`${stand.base}/ns/default/runs/${run}`);
      const asked = page.getByRole('region', { name: 'It waits for somebody' });
      await asked.getByText('go waits for an approval').waitFor();
      await stand.stopServer();
      await page.getByText('asking every 2 s').waitFor();
      await stand.startServer();
      await stand.folder.run(['approve', run, 'go', '--form', 'replicas=7']);
      await asked.getByText('word waits for the signal ready').waitFor();
      await asked.getByRole('button', { name: 'Answer word…' }).click();
      await page.getByRole('region', { name: 'What it waits for' }).waitFor();
      await page.getByText('● live').waitFor();
      await stand.folder.run(['cancel', run]);
    },
    LONGEST_MS,
  );

  it(
    'is for everybody: names, contrasts, and nothing beside a narrow screen',
    async () => {
      const [run = ''] = await runsOf('release');
      const found: string[] = [];
      const views = ['graph', 'waterfall', 'steps', 'values'].map((view) => `/${run}?view=${view}`);
      for (const path of ['', ...views, `/${run}?node=ship`]) {
        await page.setViewportSize({ width: 375, height: 800 });
        await page.goto(`${stand.base}/ns/default/runs${path}`);
        await page
          .getByText(path === '' ? 'hanging' : 'release')
          .first()
          .waitFor();
        if (path.includes('node=')) await page.getByRole('log').waitFor();
        const beside = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        if (beside > 0) found.push(`${path}: ${beside} pixels stand beside a narrow screen`);
        await page.setViewportSize({ width: 1280, height: 800 });
        found.push(...(await axeFindings(page, path)));
      }
      expect(found).toEqual([]);
    },
    LONGEST_MS,
  );

  it('breaks no rule of its own policy', () => {
    expect(stand.troubles).toEqual([]);
  });
});
