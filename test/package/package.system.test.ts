/** The package as a user gets it: what is in it, what can be imported from JavaScript and TypeScript, and the first commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type InstalledPackage, installPackage } from './installed-package.ts';

let installed: InstalledPackage;
let manifest: z.output<typeof packageJson>;

const target = z.union([z.string(), z.object({ types: z.string(), default: z.string() })]);
const packageJson = z.object({
  version: z.string(),
  bin: z.record(z.string(), z.string()),
  exports: z.record(z.string(), target),
  scripts: z.record(z.string(), z.string()),
});

beforeAll(async () => {
  installed = await installPackage();
  const text = readFileSync(join(installed.folder, 'node_modules', 'sluice', 'package.json'), 'utf8');
  manifest = packageJson.parse(JSON.parse(text));
}, 180_000);
afterAll(() => installed?.remove());

describe('its content', () => {
  it('has what the manifest promises, and documents', () => {
    const promised = Object.values(manifest.exports).flatMap((one) =>
      typeof one === 'string' ? [one] : Object.values(one),
    );
    for (const path of [
      ...promised,
      ...Object.values(manifest.bin),
      'README.md',
      'CHANGELOG.md',
      'docs/language.md',
    ])
      expect(installed.files).toContain(path.replace('./', ''));
  });

  it('has no tests, benchmarks, sources or maps, and is small', () => {
    expect(
      installed.files.filter(
        (file) => /(^|\/)(test|bench)\/|\.test\.|\.map$|\.sluice/.test(file) && !file.startsWith('examples/'),
      ),
    ).toEqual([]);
    expect(installed.files.filter((file) => /^dist\/.*(?<!\.d)\.ts$/.test(file))).toEqual([]);
    expect(installed.size).toBeLessThan(3_500_000);
    expect(installed.unpackedSize).toBeLessThan(13_000_000);
  });

  it('runs nothing when it is installed', () => {
    for (const script of ['preinstall', 'install', 'postinstall'])
      expect(manifest.scripts).not.toHaveProperty(script);
  });

  it('tells types before code, as resolvers take the first that fits', () => {
    for (const one of Object.values(manifest.exports))
      if (typeof one !== 'string') expect(Object.keys(one)).toEqual(['types', 'default']);
  });
});

describe('imports', () => {
  it('gives every entry to JavaScript', () => {
    const entries = Object.entries(manifest.exports).filter(([, one]) => typeof one !== 'string');
    const names = entries.map(([entry]) => entry.replace('.', 'sluice'));
    const script = names
      .map((name) => `if (Object.keys(await import('${name}')).length === 0) throw new Error('${name}');`)
      .join('\n');
    installed.write('entries.mjs', `${script}\nconsole.log('all');\n`);
    expect(installed.run('node', 'entries.mjs')).toBe('all\n');
  }, 60_000);

  it('can be required by a CommonJS program of Node 20.19 or newer', () => {
    installed.write('required.cjs', "console.log(typeof require('sluice/sdk').connect);\n");
    expect(installed.run('node', '--no-warnings', 'required.cjs')).toBe('function\n');
  }, 60_000);

  it('gives the schema to programs and editors', () => {
    installed.write(
      'schema.mjs',
      "import schema from 'sluice/schema.json' with { type: 'json' }; console.log(schema.type);\n",
    );
    expect(installed.run('node', '--no-warnings', 'schema.mjs')).toBe('object\n');
  }, 60_000);

  it.each(['nodenext', 'bundler'])(
    'gives types under moduleResolution %s',
    (resolution) => {
      const typescript = [
        "import { connect, worker, type ConnectOptions } from 'sluice/sdk';",
        "import * as engine from 'sluice';",
        "import * as dsl from 'sluice/dsl';",
        "import * as executors from 'sluice/executors';",
        "import * as testing from 'sluice/testing';",
        "const options: ConnectOptions = { redis: 'redis://localhost:6379' };",
        'export async function first(): Promise<unknown> {',
        '  const sluice = await connect(options);',
        "  const run = await sluice.start('weather', { year: 2015 });",
        '  // @ts-expect-error: types are there, so a mistake is one',
        '  run.results();',
        '  return run.result();',
        '}',
        'export const all = [worker, engine, dsl, executors, testing];',
      ].join('\n');
      installed.write('src/user.ts', typescript);
      const module = resolution === 'nodenext' ? 'nodenext' : 'esnext';
      const config = {
        compilerOptions: {
          strict: true,
          noEmit: true,
          target: 'es2023',
          module,
          moduleResolution: resolution,
          skipLibCheck: true,
          types: ['node'],
        },
        include: ['src'],
      };
      installed.write('package.json', JSON.stringify({ type: 'module' }));
      installed.write('tsconfig.json', JSON.stringify(config));
      expect(installed.run('tsc', '-p', '.')).toBe('');
    },
    120_000,
  );
});

describe('the first commands', () => {
  it('tells its version', () => {
    expect(installed.run('sluice', '--version')).toBe(`${manifest.version}\n`);
  }, 60_000);

  it('writes a workflow, checks it, and runs it on a Redis that it brings along', () => {
    installed.run('sluice', 'init', 'hello');
    installed.run('sluice', 'validate', 'hello/workflow.yaml');
    const outputs = installed.run('sluice', 'run', 'hello/workflow.yaml');
    expect(JSON.parse(outputs)).toMatchObject({ greetings: 3 });
  }, 120_000);

  it('says that all is well', () => {
    expect(installed.run('sluice', 'doctor')).not.toContain('✗');
  }, 60_000);

  it.each(['bash', 'zsh', 'fish'])(
    'prints a completion script for %s',
    (shell) => {
      const script = installed.run('sluice', 'completion', shell);
      expect(script).toContain('validate');
      installed.write(`completion.${shell}`, script);
      // The other shells are seldom installed.
      if (shell === 'bash') installed.run('bash', '-n', 'completion.bash');
    },
    60_000,
  );
});
