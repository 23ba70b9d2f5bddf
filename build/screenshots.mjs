// `npm run screenshots`: the pictures of docs/dashboard.md, taken anew in Chromium from a `sluice up` with a few workflows. Needs a build.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const sluice = join(root, 'cli', 'sluice.mjs');
const pictures = join(root, 'docs', 'screenshots');
const browserPath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);

const PIPELINE = `name: prices
description: Fetches prices, resizes the pictures, checks, and tells.
inputs:
  year: {type: integer, default: 2024, minimum: 2000, maximum: 2030, description: Year of the report.}
  target: {type: enum, enum: [staging, production], default: staging, description: Where it is published.}
triggers:
  - {cron: "0 6 * * 1-5", timezone: Europe/Berlin}
tasks:
  fetch: {run: 'echo fetching; sleep 0.4'}
  resize:
    needs: [fetch]
    foreach: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    env: {N: '\${{ item }}'}
    run: 'echo "picture $N"; sleep 0.2'
  check:
    needs: [fetch]
    env: {YEAR: '\${{ inputs.year }}'}
    run: |
      echo "looking for the prices of $YEAR"
      sleep 0.5
      test "$YEAR" != 2023 || { echo "no such table: prices_2023" >&2; exit 3; }
  index: {needs: [resize], run: 'sleep 0.3'}
  approve:
    needs: [index, check]
    uses: approval
    with: {form: {replicas: {type: integer, required: true, description: Copies of the report.}}}
  publish: {needs: [approve], run: 'echo published'}
`;
const NIGHTLY = `name: nightly
triggers:
  - {every: 1h}
tasks:
  dump: {run: 'sleep 0.2'}
  pack: {needs: [dump], run: 'sleep 0.2'}
`;

const folder = mkdtempSync(join(tmpdir(), 'sluice-pictures-'));
writeFileSync(join(folder, 'prices.yaml'), PIPELINE);
writeFileSync(join(folder, 'nightly.yaml'), NIGHTLY);
const up = spawn(process.execPath, [sluice, 'up', '--port', '0'], { cwd: folder });
const cli = (...words) =>
  execFileSync(process.execPath, [sluice, ...words], { cwd: folder, encoding: 'utf8' });

try {
  const base = await new Promise((resolve, reject) => {
    let said = '';
    const hear = (text) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found && said.includes('Ctrl-C')) resolve(found[0]);
    };
    up.stdout.on('data', hear);
    up.stderr.on('data', hear);
    up.once('exit', () => reject(new Error(said)));
  });
  cli('apply', 'prices.yaml', 'nightly.yaml');
  const start = (...words) =>
    cli('start', ...words)
      .trim()
      .split(/\s+/)
      .at(-1);
  for (let i = 0; i < 4; i++) start('nightly');
  for (const year of [2022, 2023, 2021]) start('prices', '--input', `year=${year}`);
  const failed = start('prices', '--input', 'year=2023');
  const waiting = start('prices');
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  const space = `${base}/ns/default`;
  const shots = [
    ['overview', 'light', space, 'Overview'],
    ['runs', 'dark', `${space}/runs`, failed],
    ['run-failed', 'light', `${space}/runs/${failed}?node=check`, 'prices_2023'],
    ['run-approval', 'dark', `${space}/runs/${waiting}?node=approve`, 'It waits for an approval'],
    ['run-waterfall', 'light', `${space}/runs/${waiting}?view=waterfall`, 'an attempt at work'],
    ['workflow', 'dark', `${space}/workflows/prices`, 'All runs of prices'],
    ['start', 'light', `${space}/workflows/prices/start`, 'Start the run'],
    ['editor', 'dark', `${space}/workflows/prices/edit`, 'No problems'],
    ['schedules', 'light', `${space}/schedules`, 'nightly'],
  ];
  mkdirSync(pictures, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, colorScheme });
    const page = await context.newPage();
    await page.goto(base);
    await page.fill('input[name=token]', readFileSync(join(folder, '.sluice', 'api-token'), 'utf8').trim());
    await page.click('button[type=submit]');
    await page.getByText('this folder').first().waitFor();
    for (const [name, scheme, url, text] of shots) {
      if (scheme !== colorScheme) continue;
      await page.goto(url);
      await page.getByText(text).first().waitFor();
      await page.waitForTimeout(1_500);
      await page.screenshot({ path: join(pictures, `${name}.png`) });
    }
    await context.close();
  }
  await browser.close();
} finally {
  up.kill('SIGINT');
  await new Promise((resolve) => up.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
