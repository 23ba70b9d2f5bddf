/** Logs followed through a server: by its streams, which break and are taken up again, and without them where there are none. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerApi } from '../../../cli/installation/server/api.ts';
import { serverRuns } from '../../../cli/installation/server/runs.ts';
import { followRun } from '../../../cli/view/run-follower.ts';
import { ApiClient } from '../../../server/client/client.ts';
import { sluice } from '../../support/in-process-cli.ts';
import { makeWorld, type World } from './world.ts';

let remote: World;

beforeAll(async () => {
  remote = await makeWorld('server');
}, 60_000);

afterAll(() => remote?.close());

const WRITING = `
name: writing
tasks: { a: { run: 'echo one; until [ -e "$GO" ]; do sleep 0.02; done; echo two', env: { GO: "\${{ inputs.go }}" } } }
inputs: { go: { type: string, required: true } }
`;

describe('following a log through a server', () => {
  /** What was written, in order, and what was asked for; the task goes on when `goesOn`. */
  async function followed(name: string, send: (request: Request, go: () => void) => Promise<Response>) {
    const file = join(remote.cwd, `${name}.go`);
    const go = () => writeFileSync(file, '');
    writeFileSync(join(remote.cwd, 'writing.yaml'), WRITING);
    const started = await sluice(remote, ['start', 'writing.yaml', '--input', `go=${file}`, ...remote.flags]);
    const [, url = ''] = remote.flags;
    const asked: string[] = [];
    const client = new ApiClient({
      url,
      token: remote.env['SLUICE_TOKEN'],
      send: (request) => {
        const [of] = /logs(\/stream)?(?=\?|$)/.exec(request.url) ?? [];
        if (of !== undefined) asked.push(of);
        return send(request, go);
      },
    });
    const lines: string[] = [];
    const sink = {
      event: () => {},
      line: ({ text }: { readonly text: string }) => void lines.push(text),
      note: () => {},
      close: () => {},
    };
    const run = started.stdout.trim().split(/\s+/).at(-1) ?? '';
    const runs = serverRuns(new ServerApi(client));
    await followRun({ runs, run, sink, withLogs: true, signal: new AbortController().signal });
    return { lines, asked };
  }

  const isLogStream = ({ url }: Request) => url.endsWith('/logs/stream');

  it('takes its stream up again after the last line that came, and asks for no page before the end', async () => {
    const resumed: (string | null)[] = [];
    const { lines, asked } = await followed('cut', async (request, go) => {
      if (!isLogStream(request)) return fetch(request);
      resumed.push(request.headers.get('last-event-id'));
      if (resumed.length === 3) go();
      if (resumed.length === 2) throw new TypeError('fetch failed');
      const response = await fetch(request);
      return resumed.length === 1 ? cutAfterLine(response) : response;
    });
    expect(lines).toEqual(['one', 'two']);
    expect(resumed).toEqual([null, '1', '1']);
    expect(asked.filter((of) => of === 'logs')).toHaveLength(1);
  });

  it('asks for pages where the server has no streams of logs', async () => {
    const { lines, asked } = await followed('without', async (request, go) => {
      if (!isLogStream(request)) return fetch(request);
      go();
      return fetch(new Request(request.url.replace(/stream$/, 'nothing'), request));
    });
    expect(lines).toEqual(['one', 'two']);
    expect(asked.filter((of) => of === 'logs/stream')).toHaveLength(1);
  });
});

/** Breaks it off behind its first event. */
function cutAfterLine(response: Response): Response {
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      controller.enqueue(piece);
      if (Buffer.from(piece).toString().includes('data:'))
        queueMicrotask(() => controller.error(new Error('cut')));
    },
  });
  return new Response(response.body?.pipeThrough(cut), response);
}
