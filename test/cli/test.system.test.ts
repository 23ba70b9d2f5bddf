/** `sluice test` as CI uses it: what it prints, what it writes, how it ends. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';

const folder = cliFolder();

beforeAll(async () => {
  await buildIfStale();
  mkdirSync(join(folder.path, 'flows', 'node_modules'), { recursive: true });
  folder.write('flows/a.yaml', 'tasks: { a: { run: [./a] }, b: { run: [./b], needs: a } }\n');
  folder.write(
    'flows/a.test.yaml',
    'stubs: { "*": {} }\ntests:\n  - name: both succeed\n  - name: a & <b> fail\n    expect: { tasks: { b: failed } }\n  - { name: later, skip: not yet }\n',
  );
  folder.write('flows/node_modules/x.test.yaml', 'this is not ours');
  folder.write('bad.test.yaml', 'workflow: flows/a.yaml\ntests: [{ name: x, stubs: { c: {} } }]\n');
}, 120_000);

afterAll(() => folder.remove());

describe('sluice test', () => {
  it('finds the tests of a folder, and shows what was not met', async () => {
    const end = await folder.run(['test', 'flows']);
    expect(end.code).toBe(1);
    const lines = end.stdout.replaceAll(/\d+ ms/g, 'N ms').split('\n');
    expect(lines).toEqual([
      '✓ flows/a.test.yaml › both succeed (N ms)',
      '✗ flows/a.test.yaml › a & <b> fail (N ms)',
      '  flows/a.test.yaml:5:27 b: expected failed, but it has succeeded',
      '  5 |     expect: { tasks: { b: failed } }',
      `    | ${' '.repeat(26)}^`,
      '⊘ flows/a.test.yaml › later (not yet)',
      '1 passed, 1 failed, 1 skipped (1 file, N ms)',
      '',
    ]);
  });

  it('writes JUnit XML and prints JSON', async () => {
    const end = await folder.run(['test', 'flows/a.yaml', '--json', '--junit', 'report.xml']);
    expect(JSON.parse(end.stdout)).toMatchObject({ format: 1, passed: 1, failed: 1, skipped: 1 });
    const xml = readFileSync(join(folder.path, 'report.xml'), 'utf8');
    expect(xml).toContain('<testsuites name="sluice test" tests="3" failures="1" errors="0" skipped="1">');
    expect(xml).toContain('name="a &amp; &lt;b> fail"'.replace('b>', 'b&gt;'));
    expect(xml).toContain('<failure message="b: expected failed, but it has succeeded">');
  });

  it('ends with 2 on mistakes, and when there is nothing to run', async () => {
    const bad = await folder.run(['test', 'bad.test.yaml']);
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain('bad.test.yaml:2:29 error unknown_task The workflow `a` has no task `c`.');
    expect((await folder.run(['test', 'nowhere'])).code).toBe(2);
    expect((await folder.run(['test', 'flows', '--filter', 'nothing'])).code).toBe(2);
    expect((await folder.run(['test', 'flows', '--filter', 'BOTH'])).code).toBe(0);
  });

  it('marks failures on their lines in GitHub Actions', async () => {
    const end = await folder.run(['test', 'flows'], { GITHUB_ACTIONS: 'true' });
    expect(end.stderr).toContain(
      '::error file=flows/a.test.yaml,line=5,col=27::a & <b> fail: b: expected failed',
    );
  });
});
