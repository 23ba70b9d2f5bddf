/** A `sluice up` with all roles in a folder of its own, and a real browser in front of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { buildIfStale } from './build.ts';
import { type CliFolder, type CliProcess, cliFolder } from './cli.ts';

export interface WebStandOptions {
  /** Name → text. */
  readonly files: { readonly [name: string]: string };
  /** Errors on the console that belong to the walk. Being a stranger at first is one anyway. */
  readonly expected?: RegExp;
  /** How long a page is waited for. Default 30 s. */
  readonly patienceMs?: number;
  readonly context?: BrowserContextOptions;
}

export interface WebStand {
  readonly folder: CliFolder;
  /** Address of the server. */
  readonly base: string;
  /** Of the folder: it may everything. */
  readonly token: string;
  /** What went wrong in a page and was seen nowhere else, such as what its policy or a missing file forbids. */
  readonly troubles: readonly string[];
  /** Starts a run of the file; answers its id. */
  start(file: string, ...flags: readonly string[]): Promise<string>;
  /** Empty, of a stranger. */
  newPage(): Promise<Page>;
  /** With the overview of whoever has the token, by default that of the folder. */
  signedIn(token?: string): Promise<Page>;
  stopServer(): Promise<void>;
  /** At the same address. */
  startServer(): Promise<void>;
  close(): Promise<void>;
}

export async function webStand(options: WebStandOptions): Promise<WebStand> {
  await buildIfStale();
  const folder = cliFolder();
  for (const [name, text] of Object.entries(options.files)) folder.write(name, text);
  const { server, base } = await serve(folder, '0').catch(async (thrown: unknown) => {
    await folder.remove();
    throw thrown;
  });
  const browser = await openBrowser().catch(async (thrown: unknown) => {
    server.kill('SIGKILL');
    await folder.remove();
    throw thrown;
  });
  return standOn({ folder, base, server, browser }, options);
}

async function serve(folder: CliFolder, port: string): Promise<{ server: CliProcess; base: string }> {
  const server = folder.start(['up', '--port', port]);
  try {
    await server.saw('Ctrl-C stops it');
    return { server, base: await server.found(/http:\/\/127\.0\.0\.1:\d+/) };
  } catch (thrown) {
    server.kill('SIGKILL');
    throw thrown;
  }
}

interface Started {
  readonly folder: CliFolder;
  readonly base: string;
  server: CliProcess;
  readonly browser: Browser;
}

function standOn(started: Started, { expected, patienceMs = 30_000, context }: WebStandOptions): WebStand {
  const { folder, base, browser } = started;
  const token = readFileSync(join(folder.path, '.sluice', 'api-token'), 'utf8').trim();
  const troubles: string[] = [];
  const newPage = async () => {
    const page = await (await browser.newContext(context)).newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !/status of 401/.test(text) && !expected?.test(text))
        troubles.push(text);
    });
    return page;
  };
  return {
    folder,
    base,
    token,
    troubles,
    newPage,
    start: async (file, ...flags) =>
      (await folder.run(['start', file, ...flags])).stdout.trim().split(/\s+/).at(-1) ?? '',
    async signedIn(by = token) {
      const page = await newPage();
      await page.goto(base);
      await page.fill('input[name=token]', by);
      await page.click('button[type=submit]');
      await page.getByText('Overview').first().waitFor();
      return page;
    },
    async stopServer() {
      started.server.kill('SIGTERM');
      await started.server.ended;
    },
    async startServer() {
      started.server = (await serve(folder, new URL(base).port)).server;
    },
    async close() {
      await browser.close();
      started.server.kill('SIGKILL');
      await folder.remove();
    },
  };
}
