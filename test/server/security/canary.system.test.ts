/**
 * Where a secret could come out of an installation: a real `sluice up` runs a workflow that uses one in every way and fails with it, then
 * every GET route is asked, and all that was stored, logged and told to others is searched. (What Redis is told by a worker alone, and
 * every form of a value, is in test/integration/secrets.test.ts.)
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Route } from '../../../server/route.ts';
import { ROUTES } from '../../../server/routes/index.ts';
import { buildIfStale } from '../../support/build.ts';
import { type CliFolder, type CliProcess, cliFolder } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';

const CANARY = 'kQ7vX2mZpL9sT4wB8nR3';
/** Kept as a file, printed backwards: what a task does itself with a value, and nobody can know. */
const KEPT = 'hJ5cF8dY1gN6qW0eU3aK';
const TURNED = 'zV4rM9tB2xS7oC5lP8iD';

const WORKFLOW = (echo: string) => `
name: canary
secrets: [CANARY, KEPT, TURNED]
notify: { on: [success, failure], channel: ops }
outputs: { copy: "\${{ tasks.shell.outputs.copy }}" }
tasks:
  shell:
    env: { CANARY: "\${{ secrets.CANARY }}", KEPT: "\${{ secrets.KEPT }}", TURNED: "\${{ secrets.TURNED }}" }
    run: |
      echo "plain $CANARY"; echo "error $CANARY" >&2
      printf %s "$CANARY" | base64; printf %s "$CANARY" | od -An -tx1 | tr -d ' \\n'; echo
      echo "copy=$CANARY" >> "$SLUICE_OUTPUT"
      printf %s "$KEPT" > kept.txt
      printf %s "$TURNED" | rev
    artifacts: { kept: kept.txt }
  follows: { needs: shell, run: [echo, "\${{ tasks.shell.outputs.copy }}"] }
  call:
    uses: http
    with: { url: "${echo}/said", method: POST, headers: { authorization: "Bearer \${{ secrets.CANARY }}" }, json: { a: "\${{ secrets.CANARY }}" } }
  refused: { uses: http, with: { url: "${echo}/refuse", headers: { authorization: "\${{ secrets.CANARY }}" } } }
  fails: { env: { CANARY: "\${{ secrets.CANARY }}" }, run: 'echo "last words $CANARY" >&2; exit 3' }
`;

let folder: CliFolder;
let up: CliProcess;
let echo: Server;
let url: string;
let run: string;
let token: string;
/** What the notifications' receiver was told. */
const told: string[] = [];
let tell = () => {};
const wasTold = new Promise<void>((resolve) => {
  tell = resolve;
});
/** Answers of all GET routes, by route. */
const answers = new Map<string, { readonly status: number; readonly text: string }>();

beforeAll(async () => {
  await buildIfStale();
  folder = cliFolder();
  echo = await anEcho();
  const at = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  folder.write('sluice.config.yaml', `channels:\n  ops: { webhook: { url: "${at}/told" } }\n`);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  up = folder.start(['up', '--port', String(port)], {
    SLUICE_SECRETS_KEY: randomBytes(32).toString('base64'),
  });
  await up.saw('Sluice is up at');
  token = readFileSync(join(folder.path, '.sluice', 'api-token'), 'utf8').trim();
  const space = '/api/v1/namespaces/default';
  for (const [name, value] of Object.entries({ CANARY, KEPT, TURNED }))
    await send('PUT', `${space}/secrets/${name}`, { value });
  await send('PUT', `${space}/workflows/canary`, { source: WORKFLOW(at) });
  run = JSON.parse(await send('POST', `${space}/runs?wait=30s`, { workflow: 'canary' })).run;
  await wasTold;
  for (const route of ROUTES) if (route.method === 'get') answers.set(route.id, await get(pathOf(route)));
}, 240_000);

afterAll(async () => {
  echo?.close();
  await folder?.remove();
});

/** Says back what it was sent, as some services do. */
async function anEcho(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    if (request.url === '/told') {
      told.push(JSON.stringify(request.headers) + body);
      tell();
    }
    response.writeHead(request.url === '/refuse' ? 403 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ headers: request.headers, body }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function send(method: string, path: string, body: object): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  expect(response.status, text).toBeLessThan(300);
  return text;
}

async function get(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const abort = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(url + path, { headers, signal: abort.signal });
  let text = JSON.stringify([...response.headers]);
  // The stream of changes has no end: what it has to say of this run it says at once.
  const end = path.includes('/changes/') ? setTimeout(() => abort.abort(), 200) : undefined;
  try {
    for await (const piece of response.body ?? []) text += Buffer.from(piece).toString('latin1');
  } catch (thrown) {
    if (!abort.signal.aborted) throw thrown;
  }
  clearTimeout(end);
  return { status: response.status, text };
}

function pathOf({ path, query }: Route): string {
  const values: { readonly [name: string]: string } = {
    namespace: 'default',
    run,
    node: 'shell',
    attempt: '1',
    artifact: 'kept',
    workflow: 'canary',
    version: '1',
    drawing: 'svg',
    secret: 'CANARY',
  };
  const needed = Object.entries(query.shape).filter(([, field]) => !field.safeParse(undefined).success);
  const asked = [
    ...needed.map(([name]) => `${name}=${run}`),
    ...('after' in query.shape ? ['after=0-0'] : []),
  ];
  const after = path.includes('/changes/') ? asked : asked.filter((one) => one !== 'after=0-0');
  const suffix = after.length === 0 ? '' : `?${after.join('&')}`;
  return path.replace(/\{(\w+)\*?\}/g, (_, name: string) => values[name] ?? 'x') + suffix;
}

it('the secret was used, and most routes had something to say', () => {
  expect(JSON.parse(answers.get('getRun')?.text.split(']]')[1] ?? '{}')).toMatchObject({ status: 'failed' });
  const silent = [...answers].filter(([, { status }]) => status !== 200).map(([id]) => id);
  // There is no schedule, and no time to try.
  expect(silent).toEqual(['getSchedule', 'previewSchedule']);
});

it('each answer is of the shape that the description of the API gives, and has no member that it does not name', () => {
  const described = ROUTES.filter(
    ({ id, raw, reply }) => answers.has(id) && !raw && !(reply instanceof z.ZodUndefined),
  );
  const wrong: string[] = [];
  for (const { id, reply } of described) {
    const { status, text } = answers.get(id) ?? { status: 0, text: '' };
    if (status !== 200) continue;
    const body: unknown = JSON.parse(Buffer.from(text.slice(text.indexOf(']]') + 2), 'latin1').toString());
    const parsed = reply.safeParse(body);
    if (!parsed.success) wrong.push(`${id}: ${parsed.error.message}`);
    else if (!isDeepStrictEqual(parsed.data, body))
      wrong.push(
        `${id}: ${JSON.stringify(body).slice(0, 2_000)}\n${JSON.stringify(parsed.data).slice(0, 2_000)}`,
      );
  }
  expect(wrong).toEqual([]);
  expect(described.length).toBeGreaterThan(25);
});

it('it is in no answer of the API: runs, logs, events, live streams, metrics, audit, notifications, plans', () => {
  expect(answers.get('readLogs')?.text).toContain('plain ***');
  expect(holders(CANARY)).toEqual([]);
});

it('it is not in what others were told, nor in what the server said', () => {
  expect(told.join()).toContain('"run.failed"');
  for (const value of [CANARY, KEPT, TURNED]) {
    expect(told.filter((text) => text.includes(value))).toEqual([]);
    expect(up.written()).not.toContain(value);
  }
});

it('it is in no file of the installation: neither what Redis stores and has been told, nor what is left of the work', () => {
  expect(filesWith(CANARY)).toEqual([]);
  // It was looked for where Redis writes down what it is told.
  expect(filesWith('succeeded').filter((path) => path.includes('aof'))).not.toEqual([]);
});

it('what a task keeps as a file is in that file alone', () => {
  expect(holders(KEPT)).toEqual(['getArtifact']);
  const files = filesWith(KEPT);
  expect(files.length).toBe(1);
  expect(files[0]).toMatch(/^artifacts\//);
});

it('no browser shows such a file as a page of the server', () => {
  const { text = '' } = answers.get('getArtifact') ?? {};
  for (const header of ['attachment; filename=', 'sandbox', 'nosniff', 'application/octet-stream'])
    expect(text).toContain(header);
});

it('what a task turns into something else is in its log alone', () => {
  expect(holders(TURNED)).toEqual([]);
  const backwards = [...TURNED].reverse().join('');
  expect(holders(backwards).every((id) => /log/i.test(id))).toBe(true);
  expect(holders(backwards)).not.toEqual([]);
});

/** Ids of the routes that tell the value in one of its forms. */
function holders(value: string): string[] {
  return [...answers]
    .filter(([, { text }]) => formsOf(value).some((form) => text.includes(form)))
    .map(([id]) => id);
}

function filesWith(value: string): string[] {
  const root = join(folder.path, '.sluice');
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name));
  const holds = (path: string) => {
    const bytes = readFileSync(path);
    return formsOf(value).some((form) => bytes.includes(form));
  };
  return paths.filter(holds).map((path) => path.slice(root.length + 1));
}

/** Plain, as hex, and what is the same in base64 whatever stands before and after, for each of three alignments. */
function formsOf(value: string): string[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from(' '.repeat(offset) + value)
      .toString('base64')
      .slice(offset + 2, -4),
  );
  return [value, Buffer.from(value).toString('hex'), ...base64];
}
