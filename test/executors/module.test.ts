import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../engine/core/json.ts';
import { moduleExecutor } from '../../executors/index.ts';
import {
  type Attempt,
  aBench,
  attempt,
  type Bench,
  processesWith,
  removeFolders,
} from '../support/execution-context.ts';

const HOME = `/home/of/${randomUUID()}`;
const modules = moduleExecutor({ environment: { PATH: process.env['PATH'], HOME, SECRET: 'canary' } });

afterEach(removeFolders);
afterAll(async () => {
  await modules.close?.();
  expect(await processesWith(HOME)).toEqual([]);
});

/** Runs one module with its text as the only file. */
async function call(
  text: string,
  options: JsonObject = {},
  file = 'task.mjs',
): Promise<Attempt & { bench: Bench }> {
  const bench = await aBench({ source: { [file]: text } });
  return { ...(await attempt(modules, { file: `./${file}`, ...options }, bench)), bench };
}

describe('a function', () => {
  it('gets arguments and a context, and returns outputs', async () => {
    const text = `
      import { writeFileSync } from 'node:fs';
      export default async ({ n }, context) => {
        context.log.info('computing', n);
        console.error('a warning');
        context.progress(0.5);
        context.addCost(0.02);
        writeFileSync('made.txt', 'x');
        return { twice: n * 2, task: context.task, run: context.run.id, home: process.env.MARK, cwd: process.cwd() === context.directory };
      };`;
    const bench = await aBench({ source: { 'task.mjs': text }, env: { MARK: 'm' } });
    const result = await attempt(modules, { file: 'task.mjs', args: { n: 21 } }, bench);
    expect(result.outputs).toEqual({ twice: 42, task: 'download', run: '01RUN', home: 'm', cwd: true });
    expect(bench.text('stdout')).toEqual(['computing 21']);
    expect(bench.text('stderr')).toEqual(['a warning']);
    expect(bench.progress).toEqual([0.5]);
    expect(bench.costs).toEqual([0.02]);
    expect(await readFile(join(bench.context.directory, 'made.txt'), 'utf8')).toBe('x');
  });

  it('is told where it gives no cost, and what it gave before it failed counts', async () => {
    const text = `export default (_args, context) => {
      context.addCost(1);
      context.addCost('2');
    };`;
    const { error, bench } = await call(text);
    expect(error).toMatchObject({
      code: 'module_error',
      message: expect.stringContaining('The cost given to addCost is no number.'),
    });
    expect(bench.costs).toEqual([1]);
  });

  it('charges nothing to the next attempt in its process', async () => {
    const text = `export default (_args, context) => {
      if (context.task === 'late') setImmediate(() => context.addCost(5));
    };`;
    const source = { 'task.mjs': text };
    const first = await aBench({ source, task: 'late' });
    await attempt(modules, { file: './task.mjs' }, first);
    const next = await aBench({ sourceDirectory: first.context.sourceDirectory });
    await attempt(modules, { file: './task.mjs' }, next);
    expect([...first.costs, ...next.costs]).toEqual([]);
  });

  it('may be TypeScript that imports more of it', async () => {
    const source = {
      'task.ts': `
        import { defineTask, type ModuleContext } from 'sluice/executors';
        import { word } from './lib/word.ts';
        export const split = defineTask<{ n: number }>(async ({ n }, { attempt }: ModuleContext<{ n: number }>) => ({ n: n + attempt, word }));`,
      'lib/word.ts': `export const word: string = 'found';`,
    };
    const bench = await aBench({ source });
    const result = await attempt(modules, { file: './task.ts', export: 'split', args: { n: 1 } }, bench);
    expect(result).toEqual({ outputs: { n: 2, word: 'found' } });
  });

  it('may be CommonJS', async () => {
    expect((await call('module.exports = () => ({ ok: true });', {}, 'task.cjs')).outputs).toEqual({
      ok: true,
    });
  });

  it('may return nothing', async () => {
    expect((await call('export default () => {};')).outputs).toEqual({});
  });

  it('is loaded anew when its code has changed, and its process is used again when not', async () => {
    const text = `import { word } from './word.mjs'; let calls = 0; export default () => ({ word, calls: ++calls });`;
    const source = { 'task.mjs': text, 'word.mjs': `export const word = 'old';` };
    const bench = await aBench({ source });
    const folder = bench.context.sourceDirectory ?? '';
    const again = async () =>
      (await attempt(modules, { file: 'task.mjs' }, await aBench({ sourceDirectory: folder }))).outputs;
    expect(await again()).toEqual({ word: 'old', calls: 1 });
    expect(await again()).toEqual({ word: 'old', calls: 2 });
    await writeFile(join(folder, 'word.mjs'), `export const word = 'changed';`);
    expect(await again()).toEqual({ word: 'changed', calls: 1 });
  });

  it('sees no environment but its own, also not of the attempt before', async () => {
    const text = 'export default () => ({ names: Object.keys(process.env).sort() });';
    const bench = await aBench({ source: { 'task.mjs': text }, env: { FIRST: '1' } });
    await attempt(modules, { file: 'task.mjs' }, bench);
    const next = await aBench({ sourceDirectory: bench.context.sourceDirectory, env: { SECOND: '2' } });
    const { outputs } = await attempt(modules, { file: 'task.mjs' }, next);
    const sluice = ['ATTEMPT', 'LOGICAL_TIME', 'RUN_ID', 'SOURCE', 'TASK'].map((name) => `SLUICE_${name}`);
    expect(outputs).toEqual({ names: ['HOME', 'PATH', 'SECOND', ...sluice].sort() });
  });

  it('runs beside others', async () => {
    const text = `export default async ({ me, other }) => {
      const { existsSync, writeFileSync } = await import('node:fs');
      writeFileSync(me, '');
      while (!existsSync(other)) await new Promise((go) => setTimeout(go, 10));
    };`;
    const bench = await aBench({ source: { 'task.mjs': text } });
    const { directory } = bench.context;
    const [a, b] = [join(directory, 'a'), join(directory, 'b')];
    const results = await Promise.all([
      attempt(modules, { file: 'task.mjs', args: { me: a, other: b } }, bench),
      attempt(modules, { file: 'task.mjs', args: { me: b, other: a } }, bench),
    ]);
    expect(results).toEqual([{ outputs: {} }, { outputs: {} }]);
  });
});

describe('a failure', () => {
  it('shows the message and the frames of the own files', async () => {
    const { error, bench } = await call(`
      function inner() { throw new TypeError('no such month', { cause: new Error('empty table') }); }
      export default () => inner();`);
    expect(error?.code).toBe('module_error');
    expect(error?.message).toMatch(/^TypeError: no such month\n {4}at inner \(\.\/task\.mjs:2:\d+\)/);
    expect(error?.message).toContain('Caused by: Error: empty table');
    expect(error?.message).not.toContain(bench.context.sourceDirectory);
    expect(error?.message).not.toMatch(/node:internal|child\.ts/);
  });

  it.each<[string, string, string, RegExp]>([
    ['throws no Error', `export default () => { throw 'plain'; }`, 'module_error', /threw "plain"/],
    ['does not parse', 'export default (', 'module_error', /^\w*Error: .*\.\/task\.mjs:1/s],
    [
      'is not exported',
      'export const other = () => {};',
      'module_error',
      /exports no function `default`; it exports `other`/,
    ],
    ['returns text', `export default () => 'x'`, 'invalid_output', /must return an object/],
    [
      'returns a Map',
      'export default () => ({ a: { m: new Map() } })',
      'invalid_output',
      /`a\.m` .*class Map/,
    ],
    ['returns NaN', 'export default () => ({ list: [1, NaN] })', 'invalid_output', /`list\[1\]` .*NaN/],
    [
      'returns a cycle',
      'export default () => { const a = {}; a.a = a; return a; }',
      'invalid_output',
      /refers to itself/,
    ],
    [
      'returns too much',
      `export default () => ({ a: 'x'.repeat(7e7) })`,
      'output_too_large',
      /at most \d+ are taken/,
    ],
    [
      'ends the process',
      `export default () => { console.log('last'); process.exit(3); }`,
      'module_error',
      /exit code 3.*\nlast$/s,
    ],
    [
      'rejects unseen',
      `export default () => { Promise.reject(new Error('lost')); return new Promise((r) => setTimeout(r, 5000)); }`,
      'module_error',
      /Nobody caught.*lost/,
    ],
    [
      'dies',
      `export default () => { process.kill(process.pid, 'SIGKILL'); }`,
      'module_error',
      /was ended by SIGKILL/,
    ],
  ])('when it %s', async (_what, text, code, message) => {
    const { error } = await call(text);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('keeps all that was printed before the process ended', async () => {
    const { bench } = await call(
      `export default () => { for (let i = 0; i < 20000; i++) console.log('line ' + i); process.exit(1); }`,
    );
    expect(bench.text('stdout').length).toBe(20_000);
    expect(bench.text('stdout').at(-1)).toBe('line 19999');
  });

  it('that ends the process does not touch the next attempt', async () => {
    const text = `export default ({ bad }) => {
      if (!bad) return { ok: true };
      Promise.reject(new Error('lost'));
      return new Promise(() => {});
    };`;
    const { sourceDirectory } = (await aBench({ source: { 'task.mjs': text } })).context;
    for (const bad of [true, false, true, false]) {
      const result = await attempt(
        modules,
        { file: 'task.mjs', args: { bad } },
        await aBench({ sourceDirectory }),
      );
      expect(result.error?.code).toBe(bad ? 'module_error' : undefined);
    }
  });

  it.each([['../x.mjs'], ['/etc/x.mjs'], ['a/../../x.mjs'], ['.']])('refuses the file %s', async (file) => {
    const bench = await aBench({ source: {} });
    expect((await attempt(modules, { file }, bench)).error?.code).toBe('invalid_options');
  });

  it('says when the file is not there', async () => {
    const bench = await aBench({ source: {} });
    const { error } = await attempt(modules, { file: './gone.ts' }, bench);
    expect(error).toMatchObject({
      code: 'module_error',
      message: expect.stringContaining('`./gone.ts` is not in'),
    });
  });

  it('says when the run has no folder', async () => {
    const { error } = await attempt(modules, { file: './x.ts' }, await aBench());
    expect(error?.code).toBe('source_unavailable');
  });
});

describe('stopping', () => {
  it('tells the function, whose process then serves on', async () => {
    const text = `export default ({ wait }, { signal, log }) => wait ? new Promise((resolve) => {
      signal.addEventListener('abort', () => { log.info('reason ' + signal.reason); resolve(); });
      log.info('ready');
    }) : { pid: process.pid };`;
    const bench = await aBench({ source: { 'task.mjs': text }, graceMs: 5_000 });
    const { sourceDirectory } = bench.context;
    const first = await attempt(modules, { file: 'task.mjs' }, await aBench({ sourceDirectory }));
    const result = attempt(modules, { file: 'task.mjs', args: { wait: true } }, bench);
    await bench.line('ready');
    bench.stop('timeout');
    expect((await result).error?.code).toBe('timeout');
    expect(bench.text('stdout')).toEqual(['ready', 'reason timeout']);
    expect(await attempt(modules, { file: 'task.mjs' }, await aBench({ sourceDirectory }))).toEqual(first);
  });

  it('kills a busy loop and what it started', async () => {
    const mark = randomUUID();
    const text = `import { spawn } from 'node:child_process';
      export default () => { spawn('sleep', ['100'], { stdio: 'ignore' }); console.log('ready'); for (;;); };`;
    const bench = await aBench({ source: { 'task.mjs': text }, env: { MARK: mark } });
    const result = attempt(modules, { file: 'task.mjs' }, bench);
    await bench.line('ready');
    expect(await processesWith(mark)).toHaveLength(1);
    bench.stop();
    expect((await result).error?.code).toBe('cancelled');
    expect(await processesWith(mark)).toEqual([]);
  });
});
