/** A real server with all roles, its own Redis, and a browser that is signed in. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startEmbeddedRedis } from '../../engine/redis/embedded/index.ts';
import type { Connections } from '../../engine/redis/index.ts';
import { openBrowser } from '../../test/support/browser.ts';
import { connect } from '../sluice-parts.ts';

const SLUICE = join(import.meta.dirname, '..', '..', '..', 'cli', 'sluice.mjs');
const SPACE = '/api/v1/namespaces/default';
/** Nothing that is measured may take longer, ms. */
const LONGEST_MS = 120_000;

export interface WebStand {
  readonly base: string;
  readonly redis: string;
  readonly connections: Connections;
  readonly page: Page;
  /** @param path below the namespace; a body makes it a POST unless `method` says otherwise. */
  ask(path: string, body?: unknown, method?: string): Promise<unknown>;
  startRun(workflow: string): Promise<string>;
  close(): Promise<void>;
}

export async function openWebStand(): Promise<WebStand> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-web-'));
  const redis = await startEmbeddedRedis({ dataDirectory: join(folder, 'redis'), env: process.env });
  const { path } = redis.connection;
  const child = spawn(process.execPath, [SLUICE, 'up', '--port', '0', '--redis', `unix://${path}`], {
    cwd: folder,
    env: { ...process.env, SLUICE_API_RATE: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGTERM'));
  const base = await addressOf(child);
  const token = await newToken(folder, path);
  const connections = connect({ path, prefix: 'sluice:' });
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  page.setDefaultTimeout(LONGEST_MS);
  const ask = async (under: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') => {
    const response = await fetch(`${base}${SPACE}${under}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${under}: ${response.status} ${(await response.text()).slice(0, 1_000)}`);
    return await response.json();
  };
  await signIn(page, base, token);
  return {
    base,
    redis: redis.version,
    connections,
    page,
    ask,
    async startRun(workflow) {
      return ((await ask('/runs', { workflow })) as { readonly run: string }).run;
    },
    async close() {
      await browser.close();
      await connections.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function signIn(page: Page, base: string, token: string): Promise<void> {
  await page.goto(base);
  await page.fill('input[name=token]', token);
  await page.click('button[type=submit]');
  await page.locator('input[name=token]').waitFor({ state: 'detached' });
}

/** With a Redis of one's own, `sluice up` makes no token in its folder. */
function newToken(cwd: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const words = [SLUICE, 'tokens', 'create', 'bench', '--role', 'admin', '--redis', `unix://${path}`];
    const child = spawn(process.execPath, words, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('close', () => {
      const [token] = /slc_\S+/.exec(said) ?? [];
      if (token === undefined) reject(new Error(`no token was made: ${said}`));
      else resolve(token);
    });
  });
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [, address] = /Sluice is up at (http:\/\/[\d.:]+)/.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', () => reject(new Error(`sluice up has ended: ${said}`)));
  });
}
