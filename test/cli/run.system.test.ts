/** `sluice run` and what can be asked about a run afterwards, through the real program in a folder of its own. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { event, events, run as runContract, runList } from '../../cli/contract/index.ts';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';
import { REDIS_CACHE } from '../support/redis-cache.ts';

const SLUICE = join(import.meta.dirname, '..', '..', 'cli', 'sluice.mjs');

const HELLO = `
name: hello
inputs:
  who: { type: string, default: world }
  times: { type: integer, default: 2 }
tasks:
  greet:
    run: |
      echo "hello $WHO"
      printf '%s' "$WHO" > greeting.txt
      echo "text=hello $WHO" >> "$SLUICE_OUTPUT"
    env: { WHO: "\${{ inputs.who }}" }
    artifacts: { greeting: greeting.txt }
  each:
    needs: greet
    foreach: "\${{ range(0, inputs.times) }}"
    run: echo "item $ITEM"
    env: { ITEM: "\${{ item }}" }
outputs:
  text: \${{ tasks.greet.outputs.text }}
`;

const FAILING = `
name: failing
tasks:
  bad:
    retry: { attempts: 2, delay: 10ms }
    run: |
      for i in $(seq 30); do echo "line $i"; done
      printf 'evil \\033[2J\\033]0;title\\007 \\rover ::error::x\\n'
      exit 3
  after: { needs: bad, run: "echo no" }
`;

const folder = cliFolder();

beforeAll(async () => {
  await buildIfStale();
  folder.write('hello.yaml', HELLO);
  folder.write('failing.yaml', FAILING);
}, 120_000);

afterAll(() => folder.remove());

describe('a run that succeeds', () => {
  it('prints its outputs on stdout, its progress and where its files are on stderr, and ends with 0', async () => {
    const end = await folder.run(['run', 'hello.yaml', '--input', 'who=Ada', '--input', 'times=3']);
    expect(end).toMatchObject({ code: 0 });
    expect(JSON.parse(end.stdout)).toEqual({ text: 'hello Ada' });
    expect(end.stderr).toContain('[greet] hello Ada\n');
    expect(end.stderr).toContain('[each[2]] item 2\n');
    expect(end.stderr).toMatch(/✓ each +succeeded +3 .* 3\/3 nodes/);
    expect(end.stderr).toMatch(/Critical path .*\n {2}greet .*\n {2}each\[\d\]/);
    expect(end.stderr).toMatch(/✓ hello succeeded in \d/);
    expect(end.stderr).not.toContain('\x1b');
    const [, path = ''] = /greet\.greeting +(\S+)/.exec(end.stderr) ?? [];
    expect(readFileSync(join(folder.path, path), 'utf8')).toBe('Ada');
  });

  it('prints the run as a document that fits its published schema, and is found again by other commands', async () => {
    const end = await folder.run(['run', 'hello.yaml', '--json', '--quiet']);
    expect(end).toMatchObject({ code: 0, stderr: '' });
    const run = runContract.parse(JSON.parse(end.stdout));
    // No member that the contract does not name.
    expect(run).toEqual(JSON.parse(end.stdout));
    const published = JSON.parse((await folder.run(['schema', 'run'])).stdout) as object;
    const validate = new Ajv2020({ validateFormats: false }).compile(published);
    expect(validate(JSON.parse(end.stdout)), JSON.stringify(validate.errors)).toBe(true);
    expect(run).toMatchObject({ status: 'succeeded', inputs: { who: 'world', times: 2 }, progress: 1 });

    const shown = await folder.run(['show', run.id, '--json']);
    expect(JSON.parse(shown.stdout)).toEqual(JSON.parse(end.stdout));

    const history = events.parse(
      JSON.parse((await folder.run(['show', run.id, '--events', '--json'])).stdout),
    );
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_event, i) => i + 1));
    expect(history.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'run.created',
        'node.queued',
        'node.started',
        'node.succeeded',
        'run.succeeded',
      ]),
    );

    const list = runList.parse(
      JSON.parse((await folder.run(['list', '--workflow', 'hello', '--json'])).stdout),
    );
    expect(list.runs[0]).toMatchObject({ id: run.id, status: 'succeeded' });

    const logs = await folder.run(['logs', `${run.id}/greet`]);
    expect(logs).toMatchObject({ code: 0, stdout: 'hello world\n' });
    const found = await folder.run(['logs', run.id, 'greet', '--grep', 'WORLD', '--ignore-case', '--json']);
    expect(JSON.parse(found.stdout)).toMatchObject({
      lines: [{ node: 'greet', attempt: 1, stream: 'stdout', level: 'info', text: 'hello world' }],
      missing: [],
    });
    const none = await folder.run(['logs', run.id, '--level', 'error']);
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'No line was found.\n' });
    const wrong = await folder.run(['logs', `${run.id}/gret`]);
    expect(wrong).toMatchObject({ code: 4, stderr: expect.stringContaining('Its tasks: greet, each.') });
  });

  it('streams each event as a line of JSON', async () => {
    const end = await folder.run(['run', 'hello.yaml', '--jsonl', '-q']);
    const lines = end.stdout.trimEnd().split('\n');
    const types = lines.map((line) => event.parse(JSON.parse(line)).type);
    expect(types[0]).toBe('run.created');
    expect(types.at(-1)).toBe('run.succeeded');
    expect(types).toHaveLength(new Set(lines).size);
  });

  it('takes inputs from a file, and those of the command line before it', async () => {
    folder.write('inputs.yaml', 'who: Grace\ntimes: 1\n');
    const end = await folder.run([
      'run',
      'hello.yaml',
      '-q',
      '--json',
      '--inputs-file',
      'inputs.yaml',
      '-i',
      'times=0',
    ]);
    expect(JSON.parse(end.stdout)).toMatchObject({ status: 'succeeded', inputs: { who: 'Grace', times: 0 } });
  });
});

describe('a run that fails', () => {
  it('says which task, why, its last 20 lines, its place and what to type, and ends with 1', async () => {
    const end = await folder.run(['run', './failing.yaml']);
    expect(end).toMatchObject({ code: 1, stdout: '' });
    const block = end.stderr.slice(end.stderr.indexOf('✗ bad failed'));
    expect(block).toMatch(/^✗ bad failed after 2 attempts \(exit_code, exit code 3\) {2}failing\.yaml:4\n/);
    expect(block.match(/^ {2}│ /gm)).toHaveLength(20);
    expect(block).toContain('│ line 30\n');
    expect(block).not.toContain('│ line 11\n');
    expect(block).toMatch(/Next:\n {2}sluice logs \w{26}\/bad\n/);
    expect(block).toMatch(/ {2}sluice retry \w{26} --wait\n/);
    expect(end.stderr).toContain('[after] not run, because something that it needs failed');
  });

  it('lets no log line reach the terminal as a command', async () => {
    const end = await folder.run(['run', 'failing.yaml'], { GITHUB_ACTIONS: 'true', FORCE_COLOR: '1' });
    expect(end.stderr).toContain('evil  ␍over ::error::x');
    expect(end.stderr).not.toMatch(/\x1b\[2J|\x1b\]|\r/);
    const commands = end.stderr.split('\n').filter((line) => line.startsWith('::'));
    expect([...new Set(commands.map((line) => /^::\w+/.exec(line)?.[0]))]).toEqual([
      '::group',
      '::endgroup',
      '::error',
    ]);
    expect(commands.filter((line) => line.startsWith('::error'))).toEqual([
      '::error file=failing.yaml,line=4::bad failed: exit_code: The process ended with exit code 3.',
    ]);
  });

  it('uses colors when forced to, and none with NO_COLOR even then', async () => {
    const run = (env: { [name: string]: string }) => folder.run(['list', '-n', '1'], env);
    expect((await run({ FORCE_COLOR: '1' })).stdout).toContain('\x1b[');
    expect((await run({ FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\x1b[');
  });
});

describe('failures that are allowed', () => {
  it('come after the one that counts, which -q tells, too, and reach no runner as a command', async () => {
    folder.write(
      'allowed.yaml',
      `name: allowed
tasks:
  soft: { run: "exit 4", allow_failure: true }
  hard: { needs: soft, uses: fail, with: { message: "no ##[error]x" } }
`,
    );
    const end = await folder.run(['run', 'allowed.yaml', '-q'], { GITHUB_ACTIONS: 'true' });
    expect(end).toMatchObject({ code: 1, stdout: '' });
    expect(end.stderr).toMatch(/✗ hard failed \(failed\)[\s\S]*✗ soft failed \(.*\) \(allowed\)/);
    expect(end.stderr).toContain('no # #[error]x');
    // The engine itself did `hard`: it has no lines.
    expect(end.stderr).not.toContain('sluice logs');
  });
});

describe('output that nobody takes', () => {
  const script = (text: string) =>
    promisify(execFile)('bash', ['-c', `sluice() { "${process.execPath}" "${SLUICE}" "$@"; }; ${text}`], {
      cwd: folder.path,
      env: { ...process.env, XDG_CACHE_HOME: dirname(REDIS_CACHE), REDIS_URL: '' },
    });

  it('lets a run go on to its end when the reader has gone', async () => {
    folder.write(
      'chatty.yaml',
      'name: c\ntasks: { a: { run: "for i in 1 2 3 4 5 6; do echo $i; sleep 0.05; done" } }\n',
    );
    const { stdout } = await script(
      '(sluice run chatty.yaml 2>&1; echo "code $?" > code) | head -2; cat code',
    );
    expect(stdout).toMatch(/code 0\n$/);
  });

  it('is said in a sentence when the device is full, and ends with 1', async () => {
    const { stdout } = await script('sluice run hello.yaml -q 2>&1 > /dev/full; echo "code $?"');
    expect(stdout).toMatch(/^sluice: stdout cannot be written \(no space .*\ncode 1\n$/);
  });
});

describe('a closed terminal', () => {
  it('cancels the run', async () => {
    folder.write('hup.yaml', 'name: hup\ntasks: { a: { run: "echo begin; sleep 600" } }\n');
    const started = folder.start(['run', 'hup.yaml']);
    await started.saw('[a] begin');
    started.kill('SIGHUP');
    expect(await started.ended).toMatchObject({
      code: 143,
      stderr: expect.stringContaining('⊘ hup cancelled'),
    });
  });
});

describe('what cannot be run', () => {
  it('is refused with all its mistakes at once, and 2', async () => {
    folder.write('broken.yaml', 'name: b\ntasks:\n  a: { run: "true", need: b }\n  c: { uses: shel }\n');
    const end = await folder.run(['run', 'broken.yaml']);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toContain('broken.yaml:3:');
    expect(end.stderr).toContain('Did you mean `needs`?');
    expect(end.stderr).toContain('broken.yaml:4:');
    expect(end.stderr).not.toMatch(/\n\s+at /);
  });

  it('is refused with all inputs that do not fit', async () => {
    const end = await folder.run(['run', 'hello.yaml', '-i', 'times=many', '-i', 'whom=x']);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain('input times must be a whole number, but is "many"');
    const twice = await folder.run(['run', 'hello.yaml', '-i', 'times=1', '-i', 'times=2']);
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('given more than once') });
    expect(end.stderr).toContain('input whom is no input of this workflow');
  });

  it('says so within seconds when Redis does not answer, without the password', async () => {
    const before = performance.now();
    const end = await folder.run(['run', 'hello.yaml', '--redis', 'redis://:geheim@localhost:1']);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(end).toMatchObject({ code: 3, stdout: '' });
    expect(end.stderr).toMatch(/^sluice: Redis at localhost:1 does not answer .*ECONNREFUSED.*\n$/);
    expect(end.stderr).not.toContain('geheim');
  });

  it('has no runs to show where none was started', async () => {
    const empty = cliFolder();
    const end = await empty.run(['list']);
    expect(end).toMatchObject({ code: 4, stderr: expect.stringContaining('no .sluice folder') });
    expect(existsSync(join(empty.path, '.sluice'))).toBe(false);
    await empty.remove();
  });
});

describe('Ctrl-C', () => {
  const sleeper = (trap: string) => `name: long\ntasks:\n  a:\n    run: |
      ${trap}
      echo "pid $$"
      while true; do sleep 0.2; done\n`;

  it('cancels the run, waits for its end, and leaves no process behind', async () => {
    folder.write('long.yaml', sleeper('true'));
    const long = folder.start(['run', 'long.yaml']);
    await long.saw('[a] pid ');
    long.kill('SIGINT');
    const end = await long.ended;
    expect(end.code).toBe(130);
    expect(end.stderr).toContain('⊘ long cancelled in');
    expect(isAlive(pidIn(end.stderr))).toBe(false);
  });

  it('ends everything at once when pressed again', async () => {
    folder.write('stubborn.yaml', sleeper("trap '' TERM"));
    const long = folder.start(['run', 'stubborn.yaml']);
    await long.saw('[a] pid ');
    long.kill('SIGINT');
    await long.saw('Press Ctrl-C again');
    long.kill('SIGINT');
    const end = await long.ended;
    expect(end.code).toBe(130);
    while (isAlive(pidIn(end.stderr))) await pause(20);
    // What was cut off is told by the next command that drives runs here, with what ends it.
    const [, unfinished = '?'] = /run (\w{26})/.exec(end.stderr) ?? [];
    const next = await folder.run(['run', 'hello.yaml']);
    expect(next.stderr).toContain(`Left unfinished in this Redis, and going on only`);
    expect(next.stderr).toContain(unfinished);
    expect(next.code).toBe(0);
    const { status } = JSON.parse((await folder.run(['show', unfinished, '--json'])).stdout);
    if (status === 'cancelled') return;
    expect(next.stderr).toContain(`To end: sluice cancel ${unfinished}`);
    expect((await folder.run(['show', unfinished])).stderr).toContain('sluice orchestrator --embedded');
    const cancelled = await folder.run(['cancel', unfinished, '--grace', '1s']);
    expect(cancelled).toMatchObject({ code: 0, stderr: expect.stringContaining('was cancelled.') });
  });
});

function pidIn(text: string): number {
  return Number(/\[a\] pid (\d+)/.exec(text)?.[1]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
