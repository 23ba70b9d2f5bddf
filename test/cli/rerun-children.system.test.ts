/** Retry and rerun of workflows with sub-workflows, through the real program: what the preview says is what happens. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';

const folder = cliFolder();

const CHILD = (text: string) => `name: child
inputs: { n: { type: integer, default: 1 } }
tasks:
  work:
    run: test "$N" -ne 9 || test -e "$GATE"; echo "v=${text}$N" >> "$SLUICE_OUTPUT"
    env: { N: "\${{ inputs.n }}", GATE: ${folder.path}/gate }
outputs: { v: "\${{ tasks.work.outputs.v }}" }
`;
const FLOW = `name: flow
tasks:
  first: { workflow: ./child.yaml, inputs: { n: 1 } }
  fan: { foreach: "\${{ range(7, 10) }}", workflow: ./child.yaml, inputs: { n: "\${{ item }}" }, fail_fast: false }
  last: { needs: [first, fan], run: 'echo "v=$V" >> "$SLUICE_OUTPUT"', env: { V: "\${{ tasks.first.outputs.v }}" } }
outputs: { v: "\${{ default(tasks.last.outputs.v, null) }}" }
`;

interface Node {
  id: string;
  status: string;
  child: string | null;
}

interface Shown {
  id: string;
  status: string;
  outputs: { v: unknown };
  nodes: Node[];
}

async function print(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await folder.run(args);
  expect([0, 1], stderr).toContain(code);
  return stdout;
}

async function sluice(...args: string[]): Promise<Shown> {
  return JSON.parse(await print(...args, '--json')) as Shown;
}

const childrenOf = ({ nodes }: Shown) =>
  Object.fromEntries(nodes.flatMap(({ id, child }) => (child === null ? [] : [[id, child]])));

beforeAll(async () => {
  await buildIfStale();
  folder.write('child.yaml', CHILD(''));
  folder.write('flow.yaml', FLOW);
}, 180_000);

afterAll(() => folder.remove());

it('children of what is reused stay, of what runs again there are new ones', {
  timeout: 120_000,
}, async () => {
  const failed = await sluice('run', 'flow.yaml');
  const before = childrenOf(failed);
  expect(failed.status).toBe('failed');
  expect(Object.keys(before)).toEqual(['first', 'fan[0]', 'fan[1]', 'fan[2]']);

  const { children } = JSON.parse(await print('retry', failed.id, '--preview', '--json'));
  expect(children).toEqual([
    { node: 'first', workflow: 'child', run: before['first'], becomes: 'kept' },
    { node: 'fan[0]', workflow: 'child', run: before['fan[0]'], becomes: 'kept' },
    { node: 'fan[1]', workflow: 'child', run: before['fan[1]'], becomes: 'kept' },
    { node: 'fan[2]', workflow: 'child', run: before['fan[2]'], becomes: 'replaced' },
  ]);
  const preview = await print('rerun', failed.id, '--failed', '--preview');
  expect(preview).toMatch(new RegExp(`stays +first +child +${before['first']}`));
  expect(preview).toMatch(new RegExp(`new run +fan\\[0\\] +child +instead of ${before['fan[0]']}`));

  folder.write('gate', '');
  const again = await sluice('rerun', failed.id, '--failed', '--wait');
  const after = childrenOf(again);
  expect(again).toMatchObject({ status: 'succeeded', outputs: { v: '1' } });
  expect(after['first']).toBe(before['first']);
  expect(Object.values(after)).not.toContain(before['fan[0]']);
  // Taken over from what was taken over itself.
  const third = await sluice('rerun', again.id, '--from', 'last', '--wait');
  expect(third.status).toBe('succeeded');
  expect(childrenOf(third)).toEqual(after);

  const retried = await sluice('retry', failed.id, '--wait');
  expect(retried.status).toBe('succeeded');
  expect(childrenOf(retried)).toMatchObject({ first: before['first'], 'fan[1]': before['fan[1]'] });
  expect(childrenOf(retried)['fan[2]']).not.toBe(before['fan[2]']);
});

it('the newest definition brings the newest sub-workflows, the same one those of the start', {
  timeout: 120_000,
}, async () => {
  folder.write('gate', '');
  const done = await sluice('run', 'flow.yaml');
  const before = childrenOf(done);
  folder.write('child.yaml', CHILD('new-'));
  expect((await folder.run(['apply', 'flow.yaml'])).code).toBe(0);

  const same = await sluice('rerun', done.id, '--wait');
  expect(same).toMatchObject({ status: 'succeeded', outputs: { v: '1' } });
  const preview = await print('rerun', done.id, '--failed', '--latest', '--preview');
  expect(preview).toMatch(/again +first +its sub-workflow child changed/);
  const newest = await sluice('rerun', done.id, '--failed', '--latest', '--wait');
  expect(newest).toMatchObject({ status: 'succeeded', outputs: { v: 'new-1' } });
  expect(childrenOf(newest)['first']).not.toBe(before['first']);

  // A child is a run like any other: what it may start stands beside it.
  const child = await sluice('rerun', before['first'] ?? '', '--wait');
  expect(child).toMatchObject({ status: 'succeeded', outputs: { v: '1' } });
});
