// `npm run screenshots`: the pictures of docs/dashboard.md, taken anew in Chromium from a `sluice up` with a few workflows. Needs a build.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { setScene } from './scene.mjs';
import { shotsOf } from './shots.mjs';

const root = join(import.meta.dirname, '..', '..');
const sluice = join(root, 'cli', 'sluice.mjs');
const pictures = join(root, 'docs', 'screenshots');
const browserPath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
/** Until a page is ready, ms. */
const LONGEST_MS = 15_000;
const WINDOW = { width: 1280, height: 760 };

const folder = mkdtempSync(join(tmpdir(), 'sluice-pictures-'));
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
  const shots = shotsOf(`${base}/ns/default`, setScene(folder, cli));
  const token = readFileSync(join(folder, '.sluice', 'api-token'), 'utf8').trim();
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  mkdirSync(pictures, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: WINDOW, colorScheme });
    const page = await context.newPage();
    page.setDefaultTimeout(LONGEST_MS);
    await page.goto(base);
    await page.fill('input[name=token]', token);
    await page.click('button[type=submit]');
    await page.getByText('this folder').first().waitFor();
    // What is not saved is left without a question.
    page.on('dialog', (dialog) => dialog.accept());
    for (const [name, scheme, url, text, act, window] of shots) {
      if (scheme !== colorScheme) continue;
      await page.setViewportSize(window ?? WINDOW);
      await page.goto(url);
      try {
        await page.getByText(text).first().waitFor({ timeout: LONGEST_MS });
        await act?.(page);
      } catch (thrown) {
        console.error(`${name}: not taken, ${thrown.message}`);
        process.exitCode = 1;
        continue;
      }
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
