/**
 * Every verb × {directly on Redis, through a server}: the same command says and does the same by either way. The verbs come from the
 * program itself, so that a new one cannot be forgotten: it has a step here, or it refuses `--server` and says why.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerApi } from '../../../cli/installation/server/api.ts';
import { serverRuns } from '../../../cli/installation/server/runs.ts';
import { buildProgram } from '../../../cli/program.ts';
import { followRun } from '../../../cli/view/run-follower.ts';
import { ApiClient } from '../../../server/client/client.ts';
import { quietHost, type Said, sluice } from '../../support/in-process-cli.ts';
import { STEPS, type Step } from './steps.ts';
import { makeWorld, type World } from './world.ts';

let direct: World;
let remote: World;
const walked = new Set<string>();

beforeAll(async () => {
  direct = await makeWorld('redis');
  remote = await makeWorld('server');
}, 60_000);

afterAll(async () => {
  await Promise.all([direct?.close(), remote?.close()]);
});

async function take(world: World, step: Step): Promise<Said> {
  for (const [name, text] of Object.entries(step.files ?? {})) writeFileSync(join(world.cwd, name), text);
  const args = step.args.map((arg) => arg.replace(/\$(\w+)/g, (_, name) => world.memory.get(name) ?? '?'));
  for (;;) {
    const said = await sluice(world, [...step.verb.split(' '), ...args, ...world.flags]);
    if (step.until && !step.until(said)) continue;
    if (step.keep) world.memory.set(step.keep.as, step.keep.from(said));
    return said;
  }
}

/** What differs between two installations that have done the same. */
function normal(text: string, world: World): string {
  const runs: string[] = [];
  const numbered = (id: string) => {
    if (!runs.includes(id)) runs.push(id);
    return `<run ${runs.indexOf(id) + 1}>`;
  };
  return (
    text
      .replaceAll(world.cwd, '<folder>')
      .replace(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, numbered)
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?( ?(Z|[+-]\d\d:\d\d))?/g, '<time>')
      .replace(/\b(token|user):/g, '<who>:')
      .replace(/(never|<time>)$/gm, '<when>')
      .replace(/\b\d{13}-/g, '<ms>-')
      // Folders that are sent are recorded, too.
      .replace(/^\d+(?= +<time>)/gm, '<n>')
      .replace(/"(records|n)": \d+/g, '"$1": <n>')
      .replace(/"at": \d{13}/g, '"at": <ms>')
      .replace(/\b(slc_[0-9a-f]{16}_[\w-]{43}|msg_\w+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})/g, '<id>')
      .replace(/\b[0-9a-f]{64}\b/g, '<hash>')
      .replace(/\b[0-9a-f]{16}\b/g, '<id>')
      .replace(/"(took_ms|a_ms|b_ms|estimate_ms|ms)": \d+/g, '"$1": <ms>')
      .replace(/[+-]?\b\d+(\.\d+)?(ms|s)\b/g, '<took>')
      // Whether a wait was long enough to be told is a matter of the machine.
      .replace(/, after waiting <took>/g, '')
      // So is how far a run is that goes on while it is looked at.
      .replace(/\b[1-9]?\d %/g, '<some> %')
      .replace(/\b(queued|running)\b/g, '<under way>')
      .replace(/(:\d+):[0-9a-f]{8}\b/g, '$1:<id>')
      .replace(/[ ─]+/g, ' ')
      .replace(/ +$/gm, '')
  );
}

describe('a verb', () => {
  it.each(STEPS.map((step) => [`${step.verb} ${step.args.join(' ')}`, step] as const))(
    '%s',
    async (_, step) => {
      walked.add(step.verb);
      const [here, there] = await Promise.all([take(direct, step), take(remote, step)]);
      const seen = ({ code, stdout, stderr }: Said, world: World) => ({
        code,
        stdout: normal(stdout, world),
        // Who was asked is said in the words of who answers.
        stderr: step.isOwnWords ? '' : normal(stderr, world),
      });
      if (!step.until) expect(seen(there, remote)).toEqual(seen(here, direct));
      expect(here.code, here.stderr).toBe(step.code ?? 0);
      if (step.shows) expect(here.stdout + here.stderr).toMatch(step.shows);
    },
  );
});

describe('the table of verbs', () => {
  it('has a step for each that works through a server', async () => {
    const able = (await leaves()).filter(({ command }) => takesServer(command)).map(({ path }) => path);
    expect([...walked].sort()).toEqual(able.sort());
  });

  it('all others say that they cannot, and end with 2', async () => {
    const unable = (await leaves()).filter(({ command }) => !takesServer(command));
    expect(unable.map(({ path }) => path)).toContain('worker');
    for (const { path, command } of unable) {
      const args = command.registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? 'x');
      const said = await sluice(remote, [...path.split(' '), ...args, '--server', 'http://127.0.0.1:1']);
      expect([path, said.code]).toEqual([path, 2]);
      expect(said.stderr).toContain(`\`sluice ${path}\` cannot work through a server`);
    }
  });
});

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

/** Commands that do something themselves. */
async function leaves(): Promise<Leaf[]> {
  const { host } = quietHost({ cwd: tmpdir(), env: {} });
  const program = await buildProgram(host);
  const below = (command: Command, path: string): Leaf[] => [
    // `schedules` lists, and has verbs besides.
    ...(command.commands.length === 0 || takesServer(command) ? [{ path, command }] : []),
    ...command.commands.flatMap((one) => below(one, `${path} ${one.name()}`.trim())),
  ];
  return program.commands.flatMap((command) => below(command, command.name()));
}

function takesServer(command: Command): boolean {
  return command.options.some(({ long, hidden }) => long === '--server' && !hidden);
}

/** Breaks each stream off in the middle of its second event, so often. */
function breakingStreams(times: number): (request: Request) => Promise<Response> {
  let left = times;
  return async (request) => {
    const response = await fetch(request);
    if (!request.url.endsWith('/events/stream') || left-- <= 0) return response;
    let events = 0;
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        const text = Buffer.from(piece).toString();
        events += text.split('\nid: ').length - 1;
        if (events < 2) return controller.enqueue(piece);
        controller.enqueue(Buffer.from(text.slice(0, Math.floor(text.length / 2))));
        controller.error(new Error('cut'));
      },
    });
    return new Response(response.body?.pipeThrough(cut), response);
  };
}

describe('following a run through a server', () => {
  it('takes the stream up again where it broke off: no event is missed, and none comes twice', {
    timeout: 20_000,
  }, async () => {
    const run = remote.memory.get('run') ?? '';
    const [, url = ''] = remote.flags;
    const client = new ApiClient({ url, token: remote.env['SLUICE_TOKEN'], send: breakingStreams(2) });
    const runs = serverRuns(new ServerApi(client));
    const seen: number[] = [];
    const notes: string[] = [];
    const sink = {
      event: ({ seq }: { readonly seq: number }) => void seen.push(seq),
      line: () => {},
      note: (text: string) => void notes.push(text),
      close: () => {},
    };
    await followRun({ runs, run, sink, withLogs: false, signal: new AbortController().signal });
    const all = (await runs.events(run)).map(({ seq }) => seq);
    expect(seen).toEqual(all);
    expect(notes.join()).toContain('broke off');
  });
});

describe('a server', () => {
  it('that is not there, or refuses the token, is told with the exit code for it', async () => {
    const nowhere = await sluice({ ...remote, env: {} }, ['list', '--server', 'http://127.0.0.1:1']);
    expect(nowhere).toMatchObject({ code: 3, stderr: expect.stringContaining('does not answer') });
    const [, url = ''] = remote.flags;
    const stranger = await sluice({ ...remote, env: {} }, ['list', '--server', url]);
    expect(stranger).toMatchObject({ code: 3, stderr: expect.stringContaining('SLUICE_TOKEN') });
    const bad = await sluice({ ...remote, env: { SLUICE_TOKEN: 'slc_x' } }, ['list', '--server', url]);
    expect(bad).toMatchObject({ code: 3, stderr: expect.stringContaining('not known here') });
  });

  it('is named once, and takes a token from a file', async () => {
    const [, url = ''] = remote.flags;
    const both = await sluice(remote, ['list', '--server', url, '--redis', 'redis://x']);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('one of --server and --redis') });
    writeFileSync(join(remote.cwd, 'token'), `${remote.env['SLUICE_TOKEN']}\n`);
    const env = { SLUICE_SERVER: url, SLUICE_TOKEN_FILE: 'token' };
    expect(await sluice({ ...remote, env }, ['workflows'])).toMatchObject({ code: 0 });
    expect(readFileSync(join(remote.cwd, 'token'), 'utf8')).toContain('slc_');
  });

  it('shows a token of one namespace what is there, and says what it may not', async () => {
    const made = await sluice(remote, ['tokens', 'create', 'team', '--namespace', 'team', ...remote.flags]);
    const team = { ...remote, env: { SLUICE_TOKEN: made.stdout.trim() } };
    expect(await sluice(team, ['list', '--json', ...remote.flags])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"runs": []'),
    });
    const run = remote.memory.get('run') ?? '';
    expect(await sluice(team, ['show', run, ...remote.flags])).toMatchObject({ code: 4 });
    expect(await sluice(team, ['audit', ...remote.flags])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('needs the role admin'),
    });
  });
});
