/** Verbs over runs, through the real program: what they print, what the history says of them, what later plans learn. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';

const folder = cliFolder();
let run = '';

beforeAll(async () => {
  await buildIfStale();
  folder.write('flow.yaml', 'name: flow\ntasks:\n  a: { run: exit 3 }\n  b: { needs: a, run: "true" }\n');
  const ended = await folder.run(['run', 'flow.yaml', '--json', '-q']);
  run = JSON.parse(ended.stdout).id;
}, 180_000);

afterAll(() => folder.remove());

it('a mark stands in the history with who and why, and teaches no duration', {
  timeout: 60_000,
}, async () => {
  const marked = await folder.run([
    ...['mark', run, 'a', 'succeeded', '--reason', 'done by hand'],
    ...['--by', 'ann'],
  ]);
  expect(marked.code, marked.stderr).toBe(0);
  const { stdout } = await folder.run(['show', run, '--events']);
  expect(stdout).toMatch(/node\.marked +a +by ann: done by hand/);
  const plan = JSON.parse((await folder.run(['plan', 'flow.yaml', '--json'])).stdout);
  expect(plan.learned_from).toBe(1);
  expect(plan.estimate_ms).toBeLessThan(60_000);
});

it('a rerun prints the id of the new run', { timeout: 60_000 }, async () => {
  const orchestrator = folder.start(['orchestrator', '--embedded']);
  await orchestrator.saw('drives runs');
  const again = await folder.run(['rerun', run, '--all']);
  expect(again.code, again.stderr).toBe(0);
  const id = again.stdout.trim();
  expect(id).toMatch(/^[0-9A-Z]{26}$/);
  expect(id).not.toBe(run);
  expect((await folder.run(['show', id])).code).toBe(0);
  orchestrator.kill('SIGTERM');
  await orchestrator.ended;
});

it('mistakes of commands within commands end with 2, and say where help is', async () => {
  const end = await folder.run(['limits', 'set', 'database']);
  expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('Try `sluice limits set --help`.') });
});
