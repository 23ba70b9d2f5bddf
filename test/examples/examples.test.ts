/** Every example runs through the real command line, and ends as its head says. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { run as runContract } from '../../cli/contract/index.ts';
import { type Example, exampleFolders, expectationsOf, findExamples, ROOT, type Variant } from './example.ts';
import { type CommandEnd, inEmptyFolder, runSluice, withServer } from './sluice-command.ts';

type Run = z.infer<typeof runContract>;

const EXAMPLES = findExamples();
const README = readFileSync(join(ROOT, 'examples', 'README.md'), 'utf8');

/** What single examples promise besides. */
const MORE = new Map<string, (run: Run, end: CommandEnd, folder: string) => void>([
  ['examples/weather/workflow.yaml', expectWeather],
]);

describe('the folder', () => {
  it('has an example in each of its folders, and each is in the README', () => {
    expect([...new Set(EXAMPLES.map(({ path }) => dirname(path)))]).toEqual(exampleFolders());
    const missing = EXAMPLES.filter(({ path }) => !README.includes(`](${path.replace('examples/', '')})`));
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  it('says in every head how to run it, and how it ends when it is run like that', () => {
    for (const { path, head, variants } of EXAMPLES) {
      expect(head, path).toContain(`npx sluice run ${path}`);
      expect(variants[0]?.args, path).toBe('');
      for (const { args, ends } of variants)
        expect(`${path} ${args}: ${ends}`).toMatch(/: (succeeded|failed)$/);
    }
  });

  it('expects no outputs of a run that no head names', () => {
    for (const folder of new Set(EXAMPLES.map(({ path }) => dirname(path)))) {
      const named = EXAMPLES.filter(({ path }) => dirname(path) === folder).flatMap(({ path, variants }) =>
        variants.map(({ args }) => `${path.slice(folder.length + 1)} ${args}`.trim()),
      );
      expect(named, folder).toEqual(expect.arrayContaining(expectationsOf(folder)));
    }
  });

  it('has no mistake that `sluice validate` would find', async () => {
    const { code, stdout, stderr } = await inEmptyFolder((folder) =>
      runSluice(folder, ['validate', '--json', ...EXAMPLES.map(({ path }) => join(ROOT, path))]),
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, diagnostics: [] });
  });
});

it('weather works on the very records of vega-datasets', () => {
  const original = new URL('../data/seattle-weather.csv', import.meta.resolve('vega-datasets'));
  const copy = readFileSync(join(ROOT, 'examples', 'weather', 'seattle-weather.csv'));
  expect(copy.equals(readFileSync(original))).toBe(true);
});

describe.concurrent.each(EXAMPLES)('$path', (example) => {
  it.each(example.variants)('ends: $ends ($args)', { timeout: 60_000 }, async (variant) => {
    await inEmptyFolder(async (folder) => {
      const end = await runExample(folder, example, variant);
      const run = expectPromised(variant, end);
      MORE.get(example.path)?.(run, end, folder);
    });
  });
});

/** A node for each month, a bar for each in the chart, and a publication at the second try. */
function expectWeather({ nodes }: Run, end: CommandEnd, folder: string): void {
  const months = nodes.filter(({ task, index }) => task === 'summarize' && index !== null);
  expect(months.map(({ status }) => status)).toEqual(Array(12).fill('succeeded'));
  const publish = nodes.find(({ task }) => task === 'publish');
  expect(publish?.attempts.map(({ error }) => error?.exit_code)).toEqual([75, undefined]);

  const chart = resolve(folder, placeOf('chart.chart', end));
  expect(existsSync(chart), chart).toBe(true);
  expect(readFileSync(chart, 'utf8').match(/<rect x=/g)).toHaveLength(12);
  expect(readFileSync(resolve(folder, placeOf('table.table', end)), 'utf8')).toContain('-12 |');
}

function runExample(folder: string, { path, server }: Example, { args }: Variant): Promise<CommandEnd> {
  // The heads name files from the root of the repository; the run has a folder of its own.
  const words = args === '' ? [] : args.split(' ');
  const given = words.map((word) => (word.startsWith('examples/') ? join(ROOT, word) : word));
  const command = ['run', join(ROOT, path), '--json', ...given];
  if (server === undefined) return runSluice(folder, command);
  return withServer(server, (url) => runSluice(folder, [...command, '--input', `server=${url}`]));
}

function expectPromised({ ends, tasks, outputs }: Variant, end: CommandEnd): Run {
  const run = runOf(end);
  const endedAs = (status: string) =>
    run.nodes.filter((node) => node.index === null && node.status === status).map(({ task }) => task);
  const found = {
    status: run.status,
    skipped: endedAs('skipped'),
    failed: endedAs('failed'),
    upstream_failed: endedAs('upstream_failed'),
  };
  expect(found, end.stderr).toEqual({ status: ends, ...tasks });
  expect(end.code).toBe(ends === 'succeeded' ? 0 : 1);
  if (outputs !== undefined) expect(run.outputs).toEqual(outputs);
  return run;
}

function runOf({ stdout, stderr }: CommandEnd): Run {
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout);
}

/** Where the summary says that an artifact is. */
function placeOf(artifact: string, { stderr }: CommandEnd): string {
  const place = new RegExp(`^ *${artifact.replace('.', '\\.')} +(\\S+)$`, 'm').exec(stderr)?.[1];
  expect(place, stderr).toBeDefined();
  return place ?? '';
}
