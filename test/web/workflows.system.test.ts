/** Workflows in a real browser: started by their form, seen by their last runs, written, compared. One server, one browser, one walk. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../server/client/client.ts';
import { startRun } from '../../server/operations/runs.ts';
import { createToken } from '../../server/operations/tokens.ts';
import { applyWorkflow } from '../../server/operations/workflows.ts';
import { axeFindings } from '../support/accessibility.ts';
import { findBrowser } from '../support/browser.ts';
import { type WebStand, webStand } from '../support/web-stand.ts';

const LONGEST_MS = 90_000;
const space = { namespace: 'default' };

const REPORT = `name: report
description: Reports on a city.
inputs:
  city: { type: enum, enum: [Berlin, Oslo], required: true, description: Where. }
  year: { type: integer, default: 2014, maximum: 2015 }
  tags: { type: array, items: { type: string } }
triggers:
  - cron: "0 6 * * *"
    inputs: { city: Berlin }
tasks:
  fetch: { run: 'echo fetching; echo 0.5 >> $SLUICE_COST' }
  check:
    needs: fetch
    run: 'test "$CITY" = Berlin'
    env: { CITY: "\${{ inputs.city }}" }
  print: { needs: check, run: 'echo printed' }
`;

const PUBLISH = `name: publish
secrets: [API_TOKEN]
tasks:
  upload: { run: 'test -n "$TOKEN"', env: { TOKEN: "\${{ secrets.API_TOKEN }}" } }
`;

describe.skipIf(findBrowser() === undefined)('workflows in the dashboard (needs a browser)', () => {
  let stand: WebStand;
  let page: Page;
  let api: ApiClient;

  beforeAll(async () => {
    stand = await webStand({
      files: { 'report.yaml': REPORT, 'publish.yaml': PUBLISH },
      // Refusals that the walk asks for.
      expected: /status of (412|422)/,
      context: {
        viewport: { width: 1280, height: 900 },
        permissions: ['clipboard-read', 'clipboard-write'],
      },
    });
    api = new ApiClient({ url: stand.base, token: stand.token });
    page = await stand.signedIn();
    await page.goto(`${stand.base}/ns/default/workflows`);
  }, 240_000);

  afterAll(() => stand?.close());

  const open = (path: string) => page.goto(`${stand.base}/ns/default/${path}`);
  const editor = () => page.getByRole('textbox', { name: 'Workflow file, YAML' });

  /** As from the clipboard: typing would meet the completion. */
  async function paste(text: string): Promise<void> {
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press('Control+v');
  }

  async function expectAccessible(): Promise<void> {
    expect(await axeFindings(page, new URL(page.url()).pathname)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    const sideways = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(sideways).toBe(0);
  }

  it(
    'writes the first one: the mistake is marked, told and mended, the key under the cursor explained',
    async () => {
      await page.getByText('No workflow is applied here yet').waitFor();
      await page.getByRole('link', { name: 'New workflow' }).click();
      await page.locator('.react-flow__node').getByText('done').waitFor();
      await editor().click();
      await page.keyboard.press('Control+a');
      await paste('name: hello\ntasks:\n  hello:\n    rum: echo hello\n');
      const problem = page
        .getByRole('region', { name: 'Problems' })
        .getByRole('button', { name: 'unknown_key' });
      await problem.getByText('4:5').waitFor();
      expect(await problem.textContent()).toContain('unknown_key');
      await page.locator('.cm-lintRange-error').first().waitFor();
      await page.getByText('As of the last text without mistakes').waitFor();
      await page.locator('.react-flow__node').getByText('done').waitFor();
      expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
      await problem.click();
      await page.keyboard.press('Delete');
      await page.keyboard.press('Delete');
      await page.keyboard.press('Delete');
      await page.keyboard.type('run');
      await page.getByText('✓ No problems').waitFor();
      await page.getByRole('tab', { name: 'help' }).click();
      await page.getByRole('heading', { name: 'tasks.hello.run' }).waitFor();
      await page.getByRole('tab', { name: 'graph' }).click();
      await page.locator('.react-flow__node').getByText('hello').waitFor();
      await expectAccessible();
      await page.getByRole('link', { name: 'New workflow' }).waitFor({ state: 'detached' });
      await editor().click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('End');
      await page.keyboard.press('Control+s');
      await page.getByText('Saved as version 1').waitFor();
      await page.waitForURL(/workflows\/hello\/edit$/);
      // The caret, the focus and what can be undone are where they were.
      await page.keyboard.type('X');
      expect(await editor().textContent()).toContain('name: helloX');
      await page.keyboard.press('Control+z');
      expect(await editor().textContent()).not.toContain('helloX');
    },
    LONGEST_MS,
  );

  it(
    'completes keys and names, undoes, and says what a run would do',
    async () => {
      const saved = await editor().textContent();
      await editor().click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('  last:\nne');
      // By the mouse: Enter is not taken for a choice in the first moment after the list has come up.
      const offered = page.locator('.cm-tooltip-autocomplete').getByRole('option');
      await offered.filter({ hasText: 'needs' }).click();
      await offered.first().waitFor({ state: 'detached' });
      await page.keyboard.press('Control+Space');
      await offered.filter({ hasText: 'hello' }).click();
      // Keys of the page are letters here.
      await page.keyboard.type('\nuses: noop # g w, jk ? /');
      await page.getByText('✓ No problems').waitFor();
      expect(await editor().textContent()).toContain('    needs: hello    uses: noop # g w, jk ? /');
      await page.locator('.react-flow__node').getByText('last').waitFor();
      await page.getByRole('tab', { name: 'plan' }).click();
      await page.getByRole('button', { name: 'Plan', exact: true }).click();
      await page.getByText('2 nodes in 2 levels').waitFor();
      await page.getByRole('tab', { name: 'tests' }).click();
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      const result = page.getByRole('region', { name: 'Result of the tests' });
      await result.getByText('1 passed, 0 failed').waitFor();
      await page
        .getByLabel(/^Tests, as in/)
        .fill(
          'tests:\n  - name: cannot be\n    stubs: { "*": { fail: { code: failed } } }\n    expect: { status: succeeded }\n  - name: for real\n    stubs: { "*": { execute: true } }\n',
        );
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await result.getByText('0 passed, 2 failed').waitFor();
      await result.getByText(/wants the real work done/).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: 'changes' }).click();
      await page.getByText('uses: noop').nth(1).waitFor();
      await editor().click();
      // Beyond the save lies what was written before it.
      for (let i = 0; i < 40 && (await editor().textContent()) !== saved; i++)
        await page.keyboard.press('Control+z');
      await page.getByText('Nothing has changed since it was saved').waitFor();
    },
    LONGEST_MS,
  );

  it(
    'saves a new version, and shows both texts when somebody else was first',
    async () => {
      await open('workflows/hello/edit');
      const theirs = 'name: hello\ntasks:\n  hello:\n    run: echo theirs\n';
      await editor().getByText('hello').first().waitFor();
      await api.call(applyWorkflow, {
        params: { ...space, workflow: 'hello' },
        body: { source: theirs },
      });
      await editor().click();
      await page.keyboard.press('Control+End');
      await paste('  mine: { uses: noop }\n');
      await page.getByText('✓ No problems').waitFor();
      await page.keyboard.press('Control+s');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('echo theirs').waitFor();
      await dialog.getByText('mine: { uses: noop }').waitFor();
      await expectAccessible();
      await dialog.getByRole('button', { name: 'Save mine over it' }).click();
      await page.getByText('Saved as version 3').waitFor();
    },
    LONGEST_MS,
  );

  it(
    'keeps a comment though nothing that runs has changed',
    async () => {
      stand.folder.write('plain.yaml', 'name: plain\ntasks:\n  a: { uses: noop }\n');
      await stand.folder.run(['apply', 'plain.yaml']);
      await open('workflows/plain/edit');
      await editor().getByText('plain').first().waitFor();
      await editor().click();
      await page.keyboard.press('Control+End');
      await paste('# why it is so\n');
      await page.getByText('✓ No problems').waitFor();
      await page.keyboard.press('Control+s');
      await page.getByText('the version stays').waitFor();
      await page.reload();
      await editor().getByText('# why it is so').waitFor();
    },
    LONGEST_MS,
  );

  it(
    'writes what a problem offers, from the list and from the mark',
    async () => {
      await open('new-workflow');
      await editor().click();
      await page.keyboard.press('Control+a');
      await paste(
        'name: mended\ntasks:\n  a:\n    run: echo a\n    timeout: 5 minutes\n    descripton: says a\n',
      );
      const problems = page.getByRole('region', { name: 'Problems' });
      await problems.getByRole('button', { name: 'Write 5m', exact: true }).click();
      await problems.getByText('1 mistake').waitFor();
      expect(await editor().textContent()).toContain('timeout: 5m    descripton');
      await page.locator('.cm-lintRange-error').first().hover();
      await page.locator('.cm-tooltip-lint').getByRole('button', { name: 'Write description' }).click();
      await problems.getByText('✓ No problems').waitFor();
      expect(await editor().textContent()).toContain('description: says a');
      await page.keyboard.press('Control+s');
      await page.getByText('Saved as version 1').waitFor();
    },
    LONGEST_MS,
  );

  it(
    'starts a run by its form: what does not fit is said at its field, and mended there',
    async () => {
      await stand.folder.run(['apply', 'report.yaml']);
      await open('workflows');
      await page.getByRole('link', { name: 'Start report' }).click();
      await page.getByLabel('year').fill('2020');
      await page.getByLabel('tags').fill('[1');
      await page.getByRole('button', { name: 'Start the run' }).click();
      await page.getByText('must be a list in JSON').waitFor();
      await page.getByText('is required.').waitFor();
      await page.getByLabel('tags').fill('["a"]');
      await page.getByLabel('city').selectOption('Berlin');
      await page.getByRole('button', { name: 'Start the run' }).click();
      await page
        .getByText(/must be at most 2015|2015/)
        .nth(1)
        .waitFor();
      expect(await page.getByLabel('year').getAttribute('aria-invalid')).toBe('true');
      expect(await page.evaluate('document.activeElement.getAttribute("name")')).toBe('year');
      await expectAccessible();
      await page.getByLabel('year').fill('2013');
      await page.getByRole('button', { name: 'Copy as CLI' }).click();
      const copied = () => page.evaluate<string>('navigator.clipboard.readText()');
      expect(await copied()).toBe(
        `sluice start report --input city=Berlin --input year=2013 --input 'tags=["a"]'`,
      );
      await page.getByRole('button', { name: 'Copy as curl' }).click();
      expect(await copied()).toContain('$SLUICE_TOKEN');
      await page.getByRole('button', { name: 'Start the run' }).click();
      await page.waitForURL(/\/runs\/[0-9A-Z]{26}/);
      await page.getByText('succeeded').first().waitFor();
      await page.getByText('cost 0.5').waitFor();
      for (const path of ['workflows/report', '']) {
        await open(path);
        await page.getByRole('heading', { name: 'Cost of the last 30 days' }).waitFor();
        await page.getByRole('img', { name: /^Cost by day; most on .*: 0\.5$/ }).waitFor();
        await expectAccessible();
      }
    },
    LONGEST_MS,
  );

  it(
    'says before the start, and after the failure, which secret is missing, and leads to where it is set',
    async () => {
      await stand.folder.run(['apply', 'publish.yaml']);
      await open('workflows/publish/start');
      const missing = page.getByRole('region', { name: 'Missing secrets' });
      await missing.getByText('This secret is not in the store').waitFor();
      await expectAccessible();
      await page.getByRole('button', { name: 'Start the run' }).click();
      await page.getByRole('link', { name: 'The secrets of the namespace' }).waitFor();
      await open('workflows/publish/start');
      await missing.getByRole('link', { name: 'Set API_TOKEN…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Set a secret' });
      expect(await dialog.getByLabel('Name').inputValue()).toBe('API_TOKEN');
      await dialog.getByLabel('Value').fill('a-value-of-it');
      await dialog.getByRole('button', { name: 'Set', exact: true }).click();
      await page.getByRole('cell', { name: 'API_TOKEN', exact: true }).waitFor();
      await open('workflows/publish/start');
      await page.getByText('It takes no inputs.').waitFor();
      expect(await missing.count()).toBe(0);
      await page.getByRole('button', { name: 'Start the run' }).click();
      await page.getByText('succeeded').first().waitFor();
    },
    LONGEST_MS,
  );

  it(
    'shows how each task went in the last runs, live, and leads from a square to the node',
    async () => {
      await open('workflows/report');
      await page.getByRole('link', { name: /^print, run of .*: succeeded$/ }).waitFor();
      await api.call(startRun, { params: space, body: { workflow: 'report', inputs: { city: 'Oslo' } } });
      const failed = page.getByRole('link', { name: /^check, run of .*: failed$/ });
      await failed.waitFor();
      expect(await page.getByRole('link', { name: /^print, run of .*: upstream failed$/ }).count()).toBe(1);
      await expectAccessible();
      await failed.click();
      await page.waitForURL(/runs\/[0-9A-Z]{26}\?node=check$/);
      await open('workflows?search=REP');
      await page.getByRole('link', { name: /^Run of .*: failed$/ }).waitFor();
      expect(await page.getByRole('link', { name: 'hello', exact: true }).count()).toBe(0);
      await expectAccessible();
    },
    LONGEST_MS,
  );

  it(
    'shows triggers with their next times, and what differs between versions, also of a folder that was applied',
    async () => {
      await open('workflows/report?view=triggers');
      await page.getByText('At 0 6 * * *').waitFor();
      await page.locator('main time').nth(4).waitFor();
      stand.folder.write('report.yaml', REPORT.replace('echo printed', 'echo on paper'));
      await stand.folder.run(['apply', 'report.yaml']);
      await open('workflows/report?view=versions');
      await page.getByText('echo on paper').waitFor();
      await page.getByText('echo printed').waitFor();
      await expectAccessible();
      await page.getByRole('button', { name: 'Make current…' }).click();
      await page.getByRole('button', { name: 'Make it current' }).click();
      await page.getByRole('heading', { name: 'report version 1' }).waitFor();
    },
    LONGEST_MS,
  );

  it(
    'lets a viewer look and not touch',
    async () => {
      const { token: looker } = await api.call(createToken, {
        body: { name: 'looker', grants: { default: 'viewer' } },
      });
      const other = await stand.signedIn(looker);
      await other.goto(`${stand.base}/ns/default/workflows/hello/edit`);
      await other.getByText('To read only.').waitFor();
      const text = other.getByRole('textbox', { name: 'Workflow file, YAML' });
      await text.click();
      await other.keyboard.type('zz');
      expect(await text.textContent()).not.toContain('zz');
      expect(
        await other.getByRole('button', { name: 'Save as new version' }).getAttribute('aria-disabled'),
      ).toBe('true');
      await other.goto(`${stand.base}/ns/default/workflows/hello/start`);
      const button = other.getByRole('button', { name: 'Start the run' });
      await button.waitFor();
      expect(await button.getAttribute('aria-disabled')).toBe('true');
      await other.context().close();
    },
    LONGEST_MS,
  );

  it('breaks no rule of its own policy', () => {
    expect(stand.troubles).toEqual([]);
  });
});
