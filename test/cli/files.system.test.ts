/** Commands that need no Redis: validate, graph, schema, completion, init, help. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands/index.ts';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';

const BRANCHES = `
name: branches
tasks:
  choose:
    uses: switch
    with: { cases: [{ name: big, if: "1 < 2" }], default: small }
  each: { foreach: [1, 2], run: "true" }
  '__proto__': { needs: [{ task: choose, case: big }], run: "true" }
  end: { needs: [{ task: __proto__, optional: true }], run: ["echo", "\${{ tasks.each.status }}"] }
---
name: second
tasks: { only: { run: "true" } }
`;

const folder = cliFolder();

beforeAll(async () => {
  await buildIfStale();
  folder.write('branches.yaml', BRANCHES);
}, 120_000);

afterAll(() => folder.remove());

describe('validate', () => {
  it('shows the mistakes of all files, and prints those that are well', async () => {
    folder.write('one.yaml', 'name: one\ntasks:\n  a: { run: "true", neds: b }\n');
    folder.write('two.yaml', 'name: two\ntasks:\n  a: { run: "true", timeout: 5 }\n');
    const end = await folder.run(['validate', 'one.yaml', 'branches.yaml', 'two.yaml']);
    expect(end.code).toBe(2);
    expect(end.stdout).toBe('✓ branches.yaml: branches (4 tasks), second (1 task)\n');
    expect(end.stderr).toContain('one.yaml:3:21 error unknown_key');
    expect(end.stderr).toContain('two.yaml:3:30 error bare_duration');
    const json = await folder.run(['validate', 'one.yaml', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: false,
      diagnostics: [{ file: 'one.yaml', line: 3, column: 21, code: 'unknown_key' }],
    });
  });

  it('says so when there is no such file', async () => {
    const end = await folder.run(['validate', 'nothing.yaml']);
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no file nothing.yaml') });
  });
});

describe('a file that is none', () => {
  it.each([
    ['/dev/zero', 'not a regular file'],
    ['.', 'is a folder'],
    ['branches.yaml/x', 'There is no file'],
  ])('%s is refused in a sentence', async (path, words) => {
    const end = await folder.run(['validate', path]);
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
    const inputs = await folder.run(['run', 'branches.yaml', '--inputs-file', path]);
    expect(inputs).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
    const init = await folder.run(['init', 'branches.yaml/x']);
    expect(init).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be written') });
  });
});

describe('graph', () => {
  const graph = async (format: string, ...more: string[]) =>
    (await folder.run(['graph', 'branches.yaml', '-f', format, ...more])).stdout;

  it('draws tasks, edges with their conditions, and data edges', async () => {
    const formats = ['mermaid', 'json', 'ascii'].map((format) => graph(format));
    const [mermaid = '', document = '', ascii] = await Promise.all(formats);
    expect(mermaid).toContain('t0 -->|"case big"| t2');
    expect(mermaid).toContain('t2 -->|"optional"| t3');
    expect(mermaid).toContain('t1 -.-> t3');
    const json = JSON.parse(document);
    expect(json.nodes.map(({ id, level }: { id: string; level: number }) => [id, level])).toEqual([
      ['choose', 0],
      ['each', 0],
      ['__proto__', 1],
      ['end', 2],
    ]);
    expect(json.edges).toContainEqual({ from: 'each', to: 'end', data: true });
    expect(ascii).toMatch(/ {2}3 {2}end +<- __proto__ \(optional\), each\n/);
  });

  it('draws a picture, and another workflow of the file', async () => {
    const svg = await graph('svg');
    expect(svg).toMatch(/^<\?xml[\s\S]*<svg [\s\S]*__proto__[\s\S]*<\/svg>\n$/);
    expect(await graph('dot', '--workflow', 'second')).toContain('digraph "second" {');
  });
});

describe('init', () => {
  it('writes a workflow that is valid and complete, and never overwrites', async () => {
    const end = await folder.run(['init', 'fresh'], { npm_command: '' });
    expect(end).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('cd fresh && sluice run workflow.yaml'),
    });
    const workflow = readFileSync(join(folder.path, 'fresh', 'workflow.yaml'), 'utf8');
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(workflow) ?? [];
    expect(existsSync(join(folder.path, 'fresh', schema))).toBe(true);
    expect(await folder.run(['validate', 'fresh/workflow.yaml'])).toMatchObject({ code: 0, stderr: '' });
    expect(await folder.run(['init', 'fresh'])).toMatchObject({ code: 2 });
  });

  it('tells whoever came by npx to go on by npx', async () => {
    const { stderr } = await folder.run(['init', 'by-npx'], { npm_command: 'exec' });
    expect(stderr).toContain('cd by-npx && npx sluice run workflow.yaml');
  });
});

describe('schema', () => {
  it('prints the language', async () => {
    const { stdout } = await folder.run(['schema']);
    expect(Object.keys(JSON.parse(stdout).properties)).toContain('tasks');
  });
});

describe('completion', () => {
  it('knows all commands and options, in scripts that the shells take', async () => {
    const shells = ['bash', 'zsh', 'fish'].map((shell) => folder.run(['completion', shell]));
    const [stdout = '', zsh, fish] = (await Promise.all(shells)).map((end) => end.stdout);
    for (const { name } of COMMANDS) expect(stdout).toContain(` ${name}) words="--`);
    const asked = `${stdout}\nCOMP_WORDS=(sluice run --inp); COMP_CWORD=2; _sluice; echo "\${COMPREPLY[@]}"`;
    const bash = spawnSync('bash', ['-c', asked], { encoding: 'utf8', cwd: folder.path });
    expect(bash).toMatchObject({ status: 0, stderr: '', stdout: '--input --inputs-file\n' });
    expect(zsh).toMatch(/^#compdef sluice\n/);
    expect(fish).toContain('-l idempotency-key -s k -r');
  });
});

describe('a copy that is not built', () => {
  it('says what to do', () => {
    const program = join(folder.path, 'copy', 'cli', 'sluice.mjs');
    cpSync(join(import.meta.dirname, '..', '..', 'cli', 'sluice.mjs'), program);
    const end = spawnSync(process.execPath, [program, 'list'], { encoding: 'utf8' });
    expect(end).toMatchObject({ status: 1, stderr: expect.stringContaining('Run `npm ci`') });
  });
});

describe('help', () => {
  it('suggests what was meant, and ends with 2', async () => {
    const [command, option] = await Promise.all([
      folder.run(['validat', 'x']),
      folder.run(['run', 'branches.yaml', '--inptu', 'x=1']),
    ]);
    expect(command).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean validate?') });
    expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean --input?') });
  });
});
