import { randomUUID } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { shellExecutor } from '../../executors/index.ts';
import { aBench, aFolder, attempt, processesWith, removeFolders } from '../support/execution-context.ts';

const shell = shellExecutor({
  environment: { PATH: process.env['PATH'], HOME: '/home/of/worker', SECRET: 'canary' },
});

afterEach(removeFolders);

describe('a script', () => {
  it('takes outputs from the file and logs in order', async () => {
    const bench = await aBench({ declaredOutputs: { rows: { type: 'integer' } } });
    const script =
      'echo one; echo two >&2; echo rows=12 >> "$SLUICE_OUTPUT"; echo name=x=y >> "$SLUICE_OUTPUT"; printf three';
    const result = await attempt(shell, { script }, bench);
    expect(result.outputs).toEqual({ rows: 12, name: 'x=y' });
    expect(bench.text('stdout')).toEqual(['one', 'three']);
    expect(bench.text('stderr')).toEqual(['two']);
  });

  it('says what it cost, a number a line, also when it fails', async () => {
    const bench = await aBench({ env: { CODE: '0' } });
    const script = 'echo 0.25 >> "$SLUICE_COST"; printf " 1e-2\\n\\n3" >> "$SLUICE_COST"; exit "$CODE"';
    expect(await attempt(shell, { script }, bench)).toEqual({ outputs: {} });
    expect(bench.costs).toEqual([0.25, 0.01, 3]);
    const failing = await aBench({ env: { CODE: '3' } });
    expect((await attempt(shell, { script }, failing)).error).toMatchObject({
      code: 'exit_code',
      exit_code: 3,
    });
    expect(failing.costs).toEqual([0.25, 0.01, 3]);
  });

  it.each([
    ['echo 1 >> "$SLUICE_COST"; echo much >> "$SLUICE_COST"', 'Line 2 of $SLUICE_COST: "much" is no number'],
    ['echo -1 >> "$SLUICE_COST"', 'Line 1 of $SLUICE_COST: the cost is -1; a cost is 0 or more.'],
    ['echo 1e999 >> "$SLUICE_COST"', 'Line 1 of $SLUICE_COST'],
    ['ln -sf /etc/passwd "$SLUICE_COST"', '$SLUICE_COST is no longer a regular file'],
    ['head -c 70000 /dev/zero | tr "\\0" 1 >> "$SLUICE_COST"', 'The file $SLUICE_COST has 70000 bytes'],
  ])('fails when %j is no cost, and charges nothing', async (script, message) => {
    const bench = await aBench();
    const { error } = await attempt(shell, { script }, bench);
    expect(error).toMatchObject({ code: 'invalid_output', message: expect.stringContaining(message) });
    expect(bench.costs).toEqual([]);
    const failing = await aBench();
    expect((await attempt(shell, { script: `${script}; exit 3` }, failing)).error?.code).toBe('exit_code');
    expect(failing.text('system').join()).toContain(message);
  });

  it('ends at the first failing command, also in a pipe, and shows the last lines', async () => {
    const bench = await aBench();
    const script = 'for i in $(seq 1 30); do echo "line $i"; done; false | cat; echo never';
    const { error } = await attempt(shell, { script }, bench);
    expect(error).toMatchObject({ code: 'exit_code', exit_code: 1 });
    expect(error?.message).toMatch(/^The process ended with exit code 1\. Last output:\nline 11\n/);
    expect(error?.message).not.toContain('never');
    expect(error?.message.endsWith('line 30')).toBe(true);
  });

  it('may be longer than one argument can be', async () => {
    const bench = await aBench();
    const script = `: ${'x'.repeat(300_000)}\necho done`;
    expect(await attempt(shell, { script }, bench)).toEqual({ outputs: {} });
    expect(bench.text('stdout')).toEqual(['done']);
  });

  it('sees only the names that are listed', async () => {
    const bench = await aBench({ env: { MONTH: '03' }, index: 4, attempt: 2, source: {} });
    await attempt(shell, { script: 'env | cut -d= -f1' }, bench);
    const ofBash = ['_', 'PWD', 'SHLVL', 'OLDPWD'];
    const names = bench.text('stdout').filter((name) => !ofBash.includes(name));
    const sluice = ['ATTEMPT', 'COST', 'INDEX', 'LOGICAL_TIME', 'OUTPUT', 'RUN_ID', 'SOURCE', 'TASK'].map(
      (name) => `SLUICE_${name}`,
    );
    expect(names.sort()).toEqual(['HOME', 'MONTH', 'PATH', ...sluice]);
  });

  it('gets values as values, never as code', async () => {
    const value = '"; touch pwned; # $(touch pwned) `touch pwned` ${IFS}\n-rf';
    const bench = await aBench({ env: { VALUE: value } });
    await attempt(shell, { script: 'printf %s "$VALUE" > seen' }, bench);
    expect(await readFile(join(bench.context.directory, 'seen'), 'utf8')).toBe(value);
    expect(await readdir(bench.context.directory)).toEqual(['seen']);
  });

  it('runs in the shell that the task names', async () => {
    const bench = await aBench({ shell: 'node' });
    await attempt(shell, { script: 'console.log(1 + 1)' }, bench);
    expect(bench.text('stdout')).toEqual(['2']);
  });

  it.each(['bad-name', '1X', 'A=B', '', 'X Y'])('refuses the variable name %j', async (name) => {
    const bench = await aBench({ env: { [name]: 'x' } });
    expect((await attempt(shell, { script: 'true' }, bench)).error?.code).toBe('invalid_options');
  });

  it('reads from an empty input', async () => {
    const bench = await aBench();
    expect(await attempt(shell, { script: 'cat; echo end' }, bench)).toEqual({ outputs: {} });
  });

  it('leaves nothing in the temporary directory', async () => {
    const bench = await aBench();
    await attempt(shell, { script: 'echo "$SLUICE_OUTPUT"' }, bench);
    const [path = ''] = bench.text('stdout');
    expect(path.startsWith(tmpdir())).toBe(true);
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});

describe('the working directory', () => {
  it('shows the files of the workflow and keeps new ones private', async () => {
    const source = {
      'summarize.sh': '#!/bin/sh\necho "summary of $1"; echo new > made.txt\n',
      'main.mjs': "import { word } from './lib/word.mjs'; console.log(word);\n",
      'lib/word.mjs': "export const word = 'found';\n",
    };
    const bench = await aBench({ source });
    await attempt(shell, { script: './summarize.sh 03; node main.mjs' }, bench);
    expect(bench.text('stdout')).toEqual(['summary of 03', 'found']);
    expect(await readFile(join(bench.context.directory, 'made.txt'), 'utf8')).toBe('new\n');
    expect(await readdir(bench.context.sourceDirectory ?? '')).not.toContain('made.txt');
  });

  it('leaves names free that the task keeps as artifacts', async () => {
    const bench = await aBench({ source: { 'weather.csv': 'old' }, artifacts: { csv: './weather.csv' } });
    await attempt(shell, { script: 'echo new > weather.csv' }, bench);
    expect(await readFile(join(bench.context.sourceDirectory ?? '', 'weather.csv'), 'utf8')).toBe('old');
  });

  it('is where `cwd` starts', async () => {
    const bench = await aBench({ source: { 'deep/x.sh': '#!/bin/sh\nbasename "$PWD"\n' }, cwd: 'deep' });
    await attempt(shell, { argv: ['./x.sh'] }, bench);
    expect(bench.text('stdout')).toEqual(['deep']);
  });

  it('says so when `cwd` is not there', async () => {
    const { error } = await attempt(shell, { script: 'true' }, await aBench({ cwd: 'nowhere' }));
    expect(error).toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('cwd: nowhere'),
    });
  });

  it('may be left for an absolute `cwd`', async () => {
    const cwd = await realpath(await aFolder());
    const bench = await aBench({ cwd });
    await attempt(shell, { script: 'pwd' }, bench);
    expect(bench.text('stdout')).toEqual([cwd]);
  });

  it.each(['..', '../..', 'deep/../../x', './../deep'])('is not left by `cwd: %s`', async (cwd) => {
    const bench = await aBench({ source: { 'deep/x': '' }, cwd });
    const { error } = await attempt(shell, { script: 'echo began' }, bench);
    expect(error).toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('leads out of the working directory'),
    });
    expect(bench.lines).toEqual([]);
  });

  it.each(['deep', '..deep', 'deep/..', './deep/'])('takes `cwd: %s`', async (cwd) => {
    const bench = await aBench({ source: { 'deep/x': '', '..deep/x': '' }, cwd });
    expect(await attempt(shell, { script: 'true' }, bench)).toEqual({ outputs: {} });
  });

  it('says so when `cwd` is a file', async () => {
    const bench = await aBench({ source: { 'data.csv': '' }, cwd: 'data.csv' });
    expect((await attempt(shell, { script: 'true' }, bench)).error).toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('not a directory'),
    });
  });
});

describe('an argument list', () => {
  it('is passed without a shell', async () => {
    const bench = await aBench({
      source: { 'args.mjs': 'console.log(JSON.stringify(process.argv.slice(2)))' },
    });
    await attempt(shell, { argv: ['node', 'args.mjs', '$HOME', 2014, true, { a: [1] }, '-rf; id'] }, bench);
    expect(bench.text('stdout')).toEqual(['["$HOME","2014","true","{\\"a\\":[1]}","-rf; id"]']);
  });

  it('finds a program of the workflow by its relative path', async () => {
    const bench = await aBench({ source: { 'bin/hello.sh': '#!/bin/sh\necho hello\n' } });
    await attempt(shell, { argv: ['bin/hello.sh'] }, bench);
    expect(bench.text('stdout')).toEqual(['hello']);
  });

  it.each([
    [['no-such-program'], /not on the worker's PATH/],
    [['hello.sh'], /write `\.\/hello\.sh`/],
    [['./gone.sh'], /was not found, neither in the working directory/],
    [['./plain.txt'], /may not be executed/],
    [['./bad.sh'], /interpreter that its first line names does not/],
    [['echo', 'x'.repeat(200_000)], /larger than the system allows/],
  ])('explains why %j does not start', async (argv, message) => {
    const source = { 'hello.sh': '#!/bin/sh\n', 'plain.txt': 'x', 'bad.sh': '#!/no/such/interpreter\n' };
    const { error } = await attempt(shell, { argv }, await aBench({ source }));
    expect(error).toMatchObject({ code: 'spawn_failed', message: expect.stringMatching(message) });
  });

  it('cannot hold a NUL character', async () => {
    const { error } = await attempt(shell, { argv: ['echo', 'a\0b'] }, await aBench());
    expect(error).toMatchObject({ code: 'invalid_options', message: expect.stringContaining('argv[1]') });
  });
});

describe('stopping', () => {
  it('ends the whole process group', async () => {
    const mark = randomUUID();
    const bench = await aBench({ env: { MARK: mark } });
    const result = attempt(shell, { script: "bash -c 'sleep 100 & echo ready; wait'" }, bench);
    await bench.line('ready');
    expect((await processesWith(mark)).length).toBeGreaterThan(1);
    bench.stop();
    expect((await result).error?.code).toBe('cancelled');
    expect(await processesWith(mark)).toEqual([]);
  });

  it('kills what ignores SIGTERM once the grace is over', async () => {
    const mark = randomUUID();
    const bench = await aBench({ env: { MARK: mark } });
    const script = 'trap "echo asked" TERM; echo ready; while true; do sleep 0.05; done';
    const result = attempt(shell, { script }, bench);
    await bench.line('ready');
    bench.stop('timeout');
    expect((await result).error?.code).toBe('timeout');
    expect(bench.text('stdout')).toContain('asked');
    expect(await processesWith(mark)).toEqual([]);
  });

  it('lets a program that a shell started finish its clean-up', async () => {
    const bench = await aBench({ graceMs: 5_000, source: { 'server.mjs': SERVER } });
    const result = attempt(shell, { script: 'node server.mjs; true' }, bench);
    await bench.line('ready');
    bench.stop();
    expect((await result).error?.code).toBe('cancelled');
    expect(bench.text('stdout')).toEqual(['ready', 'cleaned']);
  });

  it('leaves no background process after a success', async () => {
    const mark = randomUUID();
    const bench = await aBench({ env: { MARK: mark } });
    expect(await attempt(shell, { script: 'sleep 100 & echo done' }, bench)).toEqual({ outputs: {} });
    expect(bench.text('stdout')).toEqual(['done']);
    expect(await processesWith(mark)).toEqual([]);
  });

  it('tells a foreign signal from its own', async () => {
    const { error } = await attempt(shell, { script: 'kill -SEGV $$' }, await aBench());
    expect(error).toMatchObject({ code: 'signal', message: expect.stringContaining('SIGSEGV') });
  });
});

describe('the log', () => {
  it('survives long lines, invalid UTF-8 and CRLF', async () => {
    const bench = await aBench();
    const script = `printf 'a\\r\\n\\xff\\n'; head -c 200000 /dev/zero | tr '\\0' x; echo`;
    await attempt(shell, { script }, bench);
    const [first, second, ...long] = bench.text('stdout');
    expect([first, second]).toEqual(['a', '\uFFFD']);
    expect(long.join('')).toBe('x'.repeat(200_000));
    expect(Math.max(...long.map((line) => line.length))).toBe(65_536);
  });
});

describe('the output file', () => {
  it.each([
    [
      'echo "what is this" >> "$SLUICE_OUTPUT"',
      'invalid_output',
      /^Line 1 of \$SLUICE_OUTPUT: "what is this"/,
    ],
    ['printf "\\xff\\n" >> "$SLUICE_OUTPUT"', 'invalid_output', /not UTF-8/],
    ['rm "$SLUICE_OUTPUT"; mkdir "$SLUICE_OUTPUT"', 'invalid_output', /no longer a regular file/],
    ['rm "$SLUICE_OUTPUT"; mkfifo "$SLUICE_OUTPUT"', 'invalid_output', /no longer a regular file/],
    ['echo a=1 > other; ln -sf "$PWD/other" "$SLUICE_OUTPUT"', 'invalid_output', /no longer a regular file/],
    ['head -c 70000000 /dev/zero >> "$SLUICE_OUTPUT"', 'output_too_large', /70000000 bytes/],
  ])('%s fails the task', async (script, code, message) => {
    const { error } = await attempt(shell, { script }, await aBench());
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('may be gone', async () => {
    expect(await attempt(shell, { script: 'rm "$SLUICE_OUTPUT"' }, await aBench())).toEqual({ outputs: {} });
  });
});

const SERVER = `
process.on('SIGTERM', () => setTimeout(() => { console.log('cleaned'); process.exit(0); }, 50));
setInterval(() => {}, 1000);
console.log('ready');
`;
