/** The main path through the API: a real `sluice up` with its own Redis, orchestrator, worker and server. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, ApiFailure } from '../../server/client/client.ts';
import { followRun, followRuns } from '../../server/operations/live.ts';
import { followLog, listArtifacts, readLogs } from '../../server/operations/run-parts.ts';
import { getRun, listEvents, listNodes, listRuns, startRun } from '../../server/operations/runs.ts';
import { bulkRetry, cancelRun, rerunRun, signalRun } from '../../server/operations/steering.ts';
import { startForm, workflowHistory } from '../../server/operations/workflow-pages.ts';
import {
  applyWorkflow,
  getVersion,
  getWorkflow,
  listWorkflows,
  rollbackWorkflow,
} from '../../server/operations/workflows.ts';
import { buildIfStale } from '../support/build.ts';
import { type CliFolder, type CliProcess, cliFolder } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';

const WORK = `
name: work
tasks:
  first: { run: echo one; echo two }
  many: { needs: first, foreach: [a, b, c], run: echo item }
  told: { needs: many, uses: wait, with: { signal: go } }
`;
const params = { namespace: 'team' };

let folder: CliFolder;
let up: CliProcess;
let api: ApiClient;
let url: string;

beforeAll(async () => {
  await buildIfStale();
  folder = cliFolder();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  up = folder.start(['up', '--port', String(port)]);
  await up.saw('Sluice is up at');
  const token = readFileSync(join(folder.path, '.sluice', 'api-token'), 'utf8').trim();
  api = new ApiClient({ url, token });
}, 240_000);

afterAll(() => folder?.remove());

function apply(source: string, headers: { readonly [name: string]: string } = {}) {
  return api.call(applyWorkflow, { params: { ...params, workflow: 'work' }, body: { source }, headers });
}

async function start(): Promise<string> {
  const { run } = await api.call(startRun, { params, body: { workflow: 'work' } });
  return run;
}

interface Seen {
  readonly id: string;
  readonly data: { readonly [name: string]: unknown };
}

/** Events of a stream until the test has seen enough, or it ends. */
async function seen(response: Response, isEnough: (events: readonly Seen[]) => boolean): Promise<Seen[]> {
  const events: Seen[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString('utf8');
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const [, id, data] = /^id: (\S+)\ndata: (.*)$/.exec(frame) ?? [];
      if (id !== undefined) events.push({ id, data: JSON.parse(data ?? '{}') as Seen['data'] });
    }
    if (isEnough(events)) break;
  }
  return events;
}

const isWaiting = (events: readonly Seen[]) => events.some(({ data }) => data['type'] === 'node.waiting');
const never = () => false;

describe('sluice up', () => {
  it('applies a workflow in the namespace of the path, with its text, and tells who was first', async () => {
    expect(await apply(WORK)).toMatchObject({ namespace: 'team', change: 'created', version: 1 });
    const place = { params: { ...params, workflow: 'work' } };
    const known = await api.open(getWorkflow, place);
    const etag = known.headers.get('etag') ?? '';
    expect((await api.open(getWorkflow, { ...place, headers: { 'if-none-match': etag } })).status).toBe(304);
    const changed = WORK.replace('echo two', 'echo three');
    expect(await apply(changed, { 'if-match': etag })).toMatchObject({ change: 'updated', version: 2 });
    await expect(apply(WORK, { 'if-match': etag })).rejects.toMatchObject({ code: 'definition_changed' });
    const version = await api.call(getVersion, { params: { ...place.params, version: '1' } });
    expect(version).toMatchObject({ source: WORK, has_folder: false });
    expect(await api.call(rollbackWorkflow, { ...place, body: { version: 1 } })).toMatchObject({
      version: 1,
    });
  });

  it('starts, streams, resumes a stream, takes a signal, and ends', async () => {
    const changes = await api.open(followRuns, { params });
    const run = await start();
    const place = { params: { ...params, run } };
    const before = await seen(await api.open(followRun, place), isWaiting);
    expect(before.map(({ id }) => Number(id))).toEqual(before.map((_, i) => i + 1));
    const last = before.at(-1)?.id ?? '';
    const rest = api.open(followRun, { ...place, headers: { 'last-event-id': last } });
    const after = rest.then((response) => seen(response, never));
    await api.call(signalRun, { params: { ...place.params, signal: 'go' } });
    const ids = [...before, ...(await after)].map(({ id }) => Number(id));
    expect(ids).toEqual(ids.map((_, i) => i + 1));
    expect((await after).at(-1)?.data).toMatchObject({ type: 'run.succeeded' });
    const statuses = await seen(changes, (events) =>
      events.some(({ data }) => data['status'] === 'succeeded'),
    );
    const told = statuses.map(({ data }) => `${data['status']} ${data['awaiting']}`);
    // Between the signal and the end there may be a word of its own.
    const expected = ['queued 0', 'running 0', 'running 1', 'succeeded 0'];
    expect(told.filter((one, i) => i < 3 || one !== 'running 0')).toEqual(expected);
    const again = await api.open(followRun, { ...place, headers: { 'last-event-id': String(ids.length) } });
    expect(again.status).toBe(204);
    const { events } = await api.call(listEvents, place);
    expect(events.map(({ seq }) => seq)).toEqual(ids);
  });

  it('follows what an attempt writes, from where the client was, until the attempt is over', async () => {
    const slow = { namespace: 'slow' };
    const go = join(folder.path, 'go-on');
    const source = `name: slow\ntasks:\n  say: { run: "echo one; until [ -e ${go} ]; do sleep 0.1; done; echo two" }\n`;
    await api.call(applyWorkflow, { params: { ...slow, workflow: 'slow' }, body: { source } });
    const { run } = await api.call(startRun, { params: slow, body: { workflow: 'slow' } });
    const place = { params: { ...slow, run, node: 'say', attempt: '1' } };
    const isSaid = (lines: readonly Seen[]) => lines.some(({ data }) => data['text'] === 'one');
    const begun = await seen(await api.open(followLog, place), isSaid);
    const last = begun.at(-1)?.id ?? '';
    const rest = seen(await api.open(followLog, { ...place, headers: { 'last-event-id': last } }), never);
    writeFileSync(go, '');
    const lines = [...begun, ...(await rest)];
    expect(lines.map(({ id }) => Number(id))).toEqual(lines.map((_, i) => i + 1));
    expect(lines.at(-1)?.data).toMatchObject({ id: lines.at(-1)?.id, stream: 'stdout', text: 'two' });
    const end = lines.at(-1)?.id ?? '';
    const again = await api.open(followLog, { ...place, headers: { 'last-event-id': end } });
    expect(again.status).toBe(204);
    const late = await seen(await api.open(followLog, place), never);
    expect(late).toEqual(lines);
  });

  it('tells of a workflow how each task went in its last runs, and what it may be started with', async () => {
    const place = { params: { ...params, workflow: 'work' } };
    const history = await api.call(workflowHistory, place);
    expect(history).toMatchObject({ tasks: ['first', 'many', 'told'], more_tasks: 0 });
    const [line] = history.runs;
    expect(line).toMatchObject({ status: 'succeeded', states: ['succeeded', 'succeeded', 'succeeded'] });
    expect(line?.ms.every((ms) => ms !== null && ms >= 0)).toBe(true);
    const query = { search: 'WOR', recent: '3' };
    const { workflows } = await api.call(listWorkflows, { params, query });
    expect(workflows).toMatchObject([{ name: 'work', recent: [{ id: line?.id }] }]);
    expect((await api.call(listWorkflows, { params, query: { search: 'nothing' } })).workflows).toEqual([]);
    expect(await api.call(startForm, place)).toMatchObject({ workflow: 'work', inputs: {} });
  });

  it('shows nodes page by page, and logs', async () => {
    const { runs } = await api.call(listRuns, { params, query: { status: 'succeeded' } });
    const run = runs[0]?.id ?? '';
    const names: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const query = { limit: '2', ...(cursor === undefined ? {} : { cursor }) };
      const page = await api.call(listNodes, { params: { ...params, run }, query });
      names.push(...page.nodes.map(({ id }) => id));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(names).toEqual(['first', 'many', 'many[0]', 'many[1]', 'many[2]', 'told']);
    const logs = await api.call(readLogs, { params: { ...params, run, node: 'first', attempt: '1' } });
    expect(logs.lines.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(await api.call(listArtifacts, { params: { ...params, run } })).toMatchObject({ artifacts: [] });
  });

  it('cancels, reruns, and retries all that a filter finds', async () => {
    const run = await start();
    await seen(await api.open(followRun, { params: { ...params, run } }), isWaiting);
    await api.call(cancelRun, { params: { ...params, run }, body: { reason: 'enough' } });
    const head = await api.call(getRun, { params: { ...params, run }, query: { wait: '30s' } });
    expect(head).toMatchObject({
      status: 'cancelled',
      error: { message: expect.stringContaining('enough') },
    });
    const { run: next } = await api.call(rerunRun, {
      params: { ...params, run },
      body: { scope: 'from', nodes: ['told'] },
      headers: { 'idempotency-key': 'k' },
    });
    await api.call(signalRun, { params: { ...params, run: next, signal: 'go' } });
    const ended = await api.call(getRun, { params: { ...params, run: next }, query: { wait: '30s' } });
    expect(ended).toMatchObject({ status: 'succeeded', trigger: { type: 'rerun' } });
    const done = await api.call(bulkRetry, {
      params,
      body: { filter: { workflow: 'work', status: 'cancelled' }, scope: 'all' },
    });
    expect(done.runs).toEqual([{ run, ok: true }]);
    await api.call(cancelRun, { params: { ...params, run } });
  });

  it('keeps namespaces apart', async () => {
    const run = await start();
    const other = { namespace: 'other', run };
    await expect(api.call(getRun, { params: other })).rejects.toMatchObject({ code: 'run_not_found' });
    await expect(api.call(cancelRun, { params: other })).rejects.toMatchObject({ code: 'run_not_found' });
    expect((await api.call(listRuns, { params: { namespace: 'other' } })).runs).toEqual([]);
    await expect(api.call(startRun, { params: other, body: { workflow: 'work' } })).rejects.toMatchObject({
      code: 'workflow_not_found',
    });
    await api.call(cancelRun, { params: { ...params, run } });
  });

  it('refuses what it cannot take, with a pointer to it', async () => {
    const bad = api.call(listRuns, { params, query: { limit: '0' } });
    await expect(bad).rejects.toBeInstanceOf(ApiFailure);
    await expect(bad).rejects.toMatchObject({
      problem: { code: 'invalid_request', errors: [{ pointer: '/query/limit' }] },
    });
    const wrong = api.call(startRun, { params, body: { workflow: 'work', inputs: { x: 1 } } });
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid_input',
      details: { errors: [{ pointer: '/body/inputs/x' }] },
    });
    await expect(apply('tasks: { a: { rum: x } }')).rejects.toMatchObject({ code: 'invalid_workflow' });
    await expect(apply('name: work\nnamespace: other\ntasks: { a: { run: x } }')).rejects.toMatchObject({
      code: 'invalid_workflow',
    });
  });

  it('ends its streams and itself when it is told to', async () => {
    const stream = seen(await api.open(followRuns, { params }), never);
    up.kill('SIGTERM');
    await stream;
    expect((await up.ended).code).toBe(0);
  });
});
