/** BullMQ's own view of the queues, in a real server, and in a real browser where there is one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, openBrowser } from '../support/browser.ts';
import { buildIfStale } from '../support/build.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';

const LONGEST_MS = 60_000;

let folder: CliFolder;
let base = '';
let admin = '';

beforeAll(async () => {
  await buildIfStale();
  folder = cliFolder();
  folder.write('work.yaml', 'name: work\ntasks: { first: { run: echo one } }\n');
  const up = folder.start(['up', '--port', '0'], { SLUICE_API_BULL_BOARD: '1' });
  await up.saw('Ctrl-C stops it');
  base = await up.found(/http:\/\/127\.0\.0\.1:\d+/);
  admin = readFileSync(join(folder.path, '.sluice', 'api-token'), 'utf8').trim();
  await folder.run(['run', 'work.yaml', '--quiet']);
}, 240_000);

afterAll(() => folder?.remove());

function ask(path: string, token?: string, more: RequestInit & { headers?: Record<string, string> } = {}) {
  const basic = Buffer.from(`me:${token}`).toString('base64');
  const headers = { ...(token === undefined ? {} : { authorization: `Basic ${basic}` }), ...more.headers };
  return fetch(`${base}/bull-board${path}`, { ...more, headers });
}

describe('bull-board', () => {
  it(
    'is for admins of all namespaces, who give their token to the browser',
    async () => {
      const stranger = await ask('');
      expect(stranger.status).toBe(401);
      expect(stranger.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect((await ask('/api/queues')).status).toBe(401);
      expect((await ask('/api/queues', 'slc_wrong')).status).toBe(401);
      for (const grant of [
        ['--role', 'operator'],
        ['--role', 'admin', '--namespace', 'default'],
      ]) {
        const made = await folder.run(['tokens', 'create', `one-${grant.length}`, ...grant]);
        const token = /slc_[\w-]+/.exec(made.stdout)?.[0];
        expect((await ask('/api/queues', token)).status).toBe(403);
      }
      const page = await ask('', admin);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
      expect(page.headers.get('x-frame-options')).toBe('DENY');
      const foreign = { headers: { 'sec-fetch-site': 'cross-site' } };
      expect((await ask('/api/queues', admin, foreign)).status).toBe(403);
    },
    LONGEST_MS,
  );

  it('shows the queues and changes nothing', async () => {
    const { queues } = (await (await ask('/api/queues', admin)).json()) as {
      readonly queues: readonly { readonly name: string; readonly readOnlyMode: boolean }[];
    };
    expect(queues.map(({ name, readOnlyMode }) => ({ name, readOnlyMode }))).toEqual([
      { name: 'default', readOnlyMode: true },
    ]);
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH'])
      expect((await ask('/api/queues/default/empty', admin, { method })).status).toBe(405);
    // As everywhere else: basic authentication is for these pages alone.
    const basic = `Basic ${Buffer.from(`me:${admin}`).toString('base64')}`;
    const api = await fetch(`${base}/api/v1/access`, { headers: { authorization: basic } });
    expect(api.status).toBe(401);
  });

  it.skipIf(findBrowser() === undefined)(
    'comes up in a browser under the policy of all pages (needs a browser)',
    async () => {
      const browser = await openBrowser();
      try {
        const context = await browser.newContext({ httpCredentials: { username: 'me', password: admin } });
        const page = await context.newPage();
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(String(error)));
        await page.goto(`${base}/bull-board`);
        await page
          .getByRole('link', { name: /default/ })
          .first()
          .waitFor();
        expect(errors).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    LONGEST_MS,
  );

  it(
    'is not there unless somebody wants it',
    async () => {
      const other = cliFolder();
      try {
        const up = other.start(['up', '--port', '0']);
        const address = await up.found(/http:\/\/127\.0\.0\.1:\d+/);
        await up.saw('Ctrl-C stops it');
        const token = readFileSync(join(other.path, '.sluice', 'api-token'), 'utf8').trim();
        const answer = await fetch(`${address}/bull-board/api/queues`, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(answer.status).toBe(404);
      } finally {
        await other.remove();
      }
    },
    LONGEST_MS,
  );
});
