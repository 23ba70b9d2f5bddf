/** What fires, on the overview in a real browser: seen when it begins and gone when it is over, without anybody's doing. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/accessibility.ts';
import { findBrowser } from '../support/browser.ts';
import { type WebStand, webStand } from '../support/web-stand.ts';

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
  let stand: WebStand;
  let page: Page;

  beforeAll(async () => {
    stand = await webStand({
      files: {
        'shaky.yaml': SHAKY,
        'stuck.yaml': STUCK,
        'sluice.config.yaml': 'alerts: [{ on: failure }]\nqueue_stuck: { unserved: 1s }\n',
      },
      patienceMs: 60_000,
    });
    page = await stand.signedIn();
    await page.goto(`${stand.base}/ns/default`);
  }, LONGEST_MS);

  afterAll(() => stand?.close());

  const run = (code: number) => stand.start('shaky.yaml', '--input', `code=${code}`);
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
      await page.goto(`${stand.base}/ns/default`);
      const { stdout } = await stand.folder.run(['start', 'stuck.yaml']);
      const both = page.locator('section', { hasText: '2 alerts fire' });
      await both.getByText('▲ queue stuck').waitFor();
      await both
        .getByRole('link', { name: 'queue nowhere: 1 node waits, and no worker serves it' })
        .waitFor();
      await stand.folder.run(['cancel', stdout.trim().split(/\s+/).at(-1) ?? '']);
      await box().getByText('▲ fails').waitFor();
    },
    LONGEST_MS,
  );
});
