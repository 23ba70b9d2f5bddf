/** The arrows and doors of ARCHITECTURE.md: which folder may import which, and where third parties come in. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = [
  'engine',
  'dsl',
  'executors',
  'testing',
  'sdk',
  'cli',
  'bench',
  'monitoring',
  'server',
  'web',
  'notifications',
];

interface Import {
  readonly file: string;
  readonly target: string;
}

const files = FOLDERS.flatMap((folder) => sources(folder));
const imports = files.flatMap(importsOf);

function sources(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file));
}

/** Static and dynamic imports; a relative one as a path from the root, another as the package's name. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const pattern = /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)/g;
  return [...text.matchAll(pattern)].map(([, fixed, dynamic]) => {
    const name = fixed ?? dynamic ?? '';
    const target = name.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), name)) : packageOf(name);
    return { file, target };
  });
}

function packageOf(name: string): string {
  return name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name);
}

/** Folder → the folders of the project that it may import, besides itself. */
const ARROWS: readonly (readonly [folder: string, allowed: readonly string[]])[] = [
  ['engine/core/', []],
  ['engine/ports/', ['engine/core/']],
  ['engine/runtime/', ['engine/core/', 'engine/ports/']],
  ['engine/redis/', ['engine/core/', 'engine/ports/']],
  ['engine/bullmq/', ['engine/core/', 'engine/ports/']],
  ['engine/memory/', ['engine/core/', 'engine/ports/']],
  ['engine/kafka/', ['engine/core/', 'engine/ports/']],
  ['engine/s3/', ['engine/core/', 'engine/ports/']],
  ['dsl/', ['engine/core/', 'engine/ports/']],
  ['executors/', ['engine/core/', 'engine/ports/']],
  [
    'notifications/',
    ['engine/core/', 'engine/ports/', 'engine/runtime/secret/', 'executors/http/', 'executors/kafka/'],
  ],
  ['testing/', ['engine/core/', 'engine/ports/', 'engine/runtime/', 'engine/memory/', 'dsl/', 'executors/']],
  ['monitoring/', ['engine/core/', 'engine/ports/', 'engine/runtime/client/', 'dsl/']],
  // Its types only: the dashboard talks to the API.
  [
    'web/',
    [
      'server/contract/',
      'server/operations/',
      'engine/core/log-level.ts',
      'engine/core/expression/nearest-name.ts',
    ],
  ],
  ['sdk/', ['engine/', 'dsl/', 'executors/', 'notifications/']],
  ['server/', ['engine/core/', 'engine/ports/', 'engine/runtime/', 'dsl/']],
];

/** Package → the only places that may import it. */
const DOORS: readonly (readonly [name: string, places: readonly string[]])[] = [
  ['ioredis', ['engine/redis/', 'bench/']],
  ['bullmq', ['engine/bullmq/', 'bench/']],
  ['graphology', ['engine/core/graph.ts']],
  ['graphology-dag', ['engine/core/graph.ts']],
  ['@actions/expressions', ['engine/core/expression/']],
  ['yaml', ['dsl/', 'cli/']],
  ['undici', ['executors/http/']],
  ['jiti', ['executors/module/']],
  ['dockerode', ['executors/docker/']],
  ['kafkajs', ['executors/kafka/', 'engine/kafka/']],
  ['nodemailer', ['notifications/email.ts']],
  ['standardwebhooks', ['notifications/signature.ts']],
  ['commander', ['cli/']],
  ['hono', ['server/']],
  ['rate-limiter-flexible', ['server/security/request-rate.ts']],
  ['@hono/node-server', ['server/']],
  ['@hono/node-server/serve-static', ['server/bull-board.ts']],
  ['@bull-board/api', ['server/bull-board.ts']],
  ['@bull-board/hono', ['server/bull-board.ts']],
  ['pino', ['cli/compose/operator-logger.ts']],
  ['prom-client', ['monitoring/registry.ts']],
  ['@opentelemetry/api', ['monitoring/tracing/collector.ts']],
  ['@opentelemetry/exporter-trace-otlp-http', ['monitoring/tracing/collector.ts']],
  ['@opentelemetry/resources', ['monitoring/tracing/collector.ts']],
  ['@opentelemetry/sdk-trace-base', ['monitoring/tracing/collector.ts']],
  ['aws4fetch', ['engine/s3/']],
  ['@codemirror/autocomplete', ['web/editor/']],
  ['@codemirror/lang-yaml', ['web/editor/']],
  ['@codemirror/language', ['web/editor/']],
  ['@codemirror/lint', ['web/editor/']],
  ['@codemirror/merge', ['web/editor/']],
  ['@codemirror/state', ['web/editor/']],
  ['@codemirror/view', ['web/editor/']],
  ['@lezer/highlight', ['web/editor/']],
  ['cmdk', ['web/shell/palette.tsx']],
  ['uplot', ['web/overview/hours-chart.tsx']],
  ['picomatch', ['engine/runtime/source/source-digest.ts']],
];

describe('import arrows', () => {
  it.each(ARROWS)('%s imports only itself and what lies below it', (folder, allowed) => {
    const wrong = imports
      .filter(
        ({ file, target }) => file.startsWith(folder) && FOLDERS.some((top) => target.startsWith(`${top}/`)),
      )
      .filter(({ target }) => ![folder, ...allowed].some((place) => target.startsWith(place)));
    expect(wrong).toEqual([]);
  });

  it('has no import cycles', () => {
    expect(cycles()).toEqual([]);
  });
});

describe('doors', () => {
  it.each(DOORS)('%s is imported only through its door', (name, places) => {
    const wrong = imports.filter(
      ({ file, target }) => target === name && !places.some((place) => file.startsWith(place)),
    );
    expect(wrong).toEqual([]);
  });

  it('the environment is read where settings are only', () => {
    const readers = files.filter((file) => !file.startsWith('bench/') && /process\.env\b/.test(code(file)));
    // The child process of the module executor gives its own environment to the user's code.
    const settings = ['cli/config.ts', 'sdk/settings.ts'];
    expect(readers.filter((file) => !settings.includes(file))).toEqual(['executors/module/child.ts']);
  });

  it('the core reads no clock and draws no random number', () => {
    const impure = files.filter(
      (file) =>
        file.startsWith('engine/core/') &&
        /Date\.now\(|Math\.random\(|new Date\(\)|performance\.now/.test(code(file)),
    );
    expect(impure).toEqual([]);
  });

  it('roles wait through the Clock port only', () => {
    const own = files.filter(
      (file) =>
        file.startsWith('engine/runtime/') && /\bsetTimeout\(|\bsetInterval\(|Date\.now\(/.test(code(file)),
    );
    expect(own).toEqual(['engine/runtime/real-clock.ts']);
  });
});

describe('tests', () => {
  const WHOLE = ['cli', 'cluster', 'browser', 'docker'].map((name) => `test/support/${name}.ts`);
  const tests = sources('test').filter((file) => file.endsWith('.test.ts'));

  it('are system tests by their names if they start the program, a browser or a container engine', () => {
    const wrong = tests.filter(
      (file) => !file.endsWith('.system.test.ts') && [...reach(file)].some((one) => WHOLE.includes(one)),
    );
    expect(wrong).toEqual([]);
    expect(tests.filter((file) => file.endsWith('.system.test.ts')).length).toBeGreaterThan(30);
  });
});

/** The file, and all files of the tests that are loaded with it. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  // A test may write files that import each other into its text.
  if (seen.has(file) || !file.startsWith('test/') || !existsSync(join(ROOT, file))) return seen;
  seen.add(file);
  for (const target of fixedTargets(readFileSync(join(ROOT, file), 'utf8'), file)) reach(target, seen);
  return seen;
}

/** Files that the text imports whenever it is loaded. */
function fixedTargets(text: string, file: string): string[] {
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s+'(\.[^']+)'/g)].map(([, name]) =>
    relative(ROOT, join(ROOT, dirname(file), name ?? '')),
  );
}

/** The file without its comments. */
function code(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '');
}

/** Import cycles by files, types left out (they vanish at run time). */
function cycles(): string[][] {
  const next = new Map<string, string[]>();
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8').replace(
      /(?:^|\n)\s*(?:import|export) type [^;]*;/g,
      '',
    );
    next.set(file, fixedTargets(text, file));
  }
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    for (const target of next.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return found;
}
