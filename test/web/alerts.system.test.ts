/** What fires, on the overview in a real browser: seen when it begins and gone when it is over, without anybody's doing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/accessibility.ts';
import { findBrowser, openBrowser } from '../support/browser.ts';
import { type CliFolder, type CliProcess, cliFolder } from '../support/cli.ts';

const LONGEST_MS = 120_000;

const SHAKY = `
name: shaky
inputs: { code: { type: integer, required: true } }
tasks: { a: { run: 'exit "$CODE"', env: { CODE: "\${{ inputs.code }}" } } }
`;
const STUCK = `
name: waiting
tasks: { a: { queue: nowhere, run: 'true' } }
`;

describe.skipIf(findBrowser() === undefined)('alerts on the overview (needs a browser)', () => {
  let folder: CliFolder;
  let up: CliProcess;
  let browser: Browser;
  let page: Page;
  let base = '';

  beforeAll(async () => {
    folder = cliFolder();
    folder.write('shaky.yaml', SHAKY);
    folder.write('stuck.yaml', STUCK);
    folder.write('sluice.config.yaml', 'alerts: [{ on: failure }]\nqueue_stuck: { unserved: 1s }\n');
    up = folder.start(['up', '--port', '0']);
    await up.saw('Ctrl-C stops it');
    base = await up.found(/http:\/\/127\.0\.0\.1:\d+/);
    browser = await openBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(base);
    await page.fill(
      'input[name=token]',
      readFileSync(join(folder.path, '.sluice', 'api-token'), 'utf8').trim(),
    );
    await page.click('button[type=submit]');
    await page.getByText('There are no runs yet').waitFor();
    await page.goto(`${base}/ns/default`);
  }, LONGEST_MS);

  afterAll(async () => {
    await browser?.close();
    up?.kill('SIGKILL');
    await folder?.remove();
  });

  const run = async (code: number) => {
    const { stdout } = await folder.run(['start', 'shaky.yaml', '--input', `code=${code}`]);
    return stdout.trim().split(/\s+/).at(-1) ?? '';
  };
  const box = () => page.locator('section', { hasText: '1 alert fires' });

  it(
    'shows an alert that begins, counts its failures, leads to the last of them, and goes when the workflow recovers',
    async () => {
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.evaluate('globalThis.isSamePage = true');
      expect(await page.getByText(/alerts? fires?$/).count()).toBe(0);

      await run(3);
      await box().getByText('▲ fails').waitFor();
      const second = await run(4);
      await box()
        .getByText(/2 times, since/)
        .waitFor();
      expect(await axeFindings(page, 'overview')).toEqual([]);

      await run(0);
      await box().waitFor({ state: 'detached' });
      expect(await page.evaluate('globalThis.isSamePage')).toBe(true);

      await run(5);
      await box().getByRole('link', { name: /shaky/ }).waitFor();
      expect(await box().textContent()).not.toContain(second);
      const third = await run(6);
      await box()
        .getByRole('link', { name: new RegExp(third) })
        .click();
      await page.waitForURL(new RegExp(`/runs/${third}`));
      await page.getByRole('region', { name: 'Why it failed' }).waitFor();
    },
    LONGEST_MS,
  );

  it(
    'shows a queue that stands still after as long as the installation says',
    async () => {
      await page.goto(`${base}/ns/default`);
      const { stdout } = await folder.run(['start', 'stuck.yaml']);
      const both = page.locator('section', { hasText: '2 alerts fire' });
      await both.getByText('▲ queue stuck').waitFor();
      await both
        .getByRole('link', { name: 'queue nowhere: 1 node waits, and no worker serves it' })
        .waitFor();
      await folder.run(['cancel', stdout.trim().split(/\s+/).at(-1) ?? '']);
      await box().getByText('▲ fails').waitFor();
    },
    LONGEST_MS,
  );
});
