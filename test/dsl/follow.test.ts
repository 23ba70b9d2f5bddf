import { expect, it } from 'vitest';
import { checkFollowing, type Diagnostic } from '../../dsl/index.ts';
import { compileText, planOf } from './diagnose.ts';

const TASKS = 'tasks:\n  a: { uses: noop }\n';

function mistakes(text: string, others: readonly string[] = []): Diagnostic[] {
  const { plans } = compileText(text);
  return checkFollowing({ path: 'flow.yaml', text }, plans, others.map(planOf));
}

const following = (name: string, after: string) => `name: ${name}\ntriggers:\n  - after: ${after}\n${TASKS}`;

it('names the circle of workflows that start each other, at the `after` that closes it', () => {
  const found = mistakes(following('a', '{ workflow: c }'), [
    following('b', '{ workflow: a }'),
    following('c', '{ workflow: b, on: done }'),
  ]);
  expect(found).toMatchObject([
    {
      code: 'cycle',
      line: 3,
      column: 24,
      length: 1,
      message: 'Each run would start the next for ever: `a` → `b` → `c` → `a`.',
    },
  ]);
  expect(found[0]?.hint).toContain('Remove one `after`');
});

it('finds it between the workflows of one file, once for each', () => {
  const text = `${following('a', '{ workflow: b }')}---\n${following('b', '{ workflow: a }')}`;
  expect(mistakes(text).map(({ line }) => line)).toEqual([3, 9]);
});

it('takes the file for the newest of its workflows, and lets a window end a circle', () => {
  const circle = [following('b', '{ workflow: a }'), following('a', '{ workflow: b }')];
  expect(mistakes(`name: a\n${TASKS}`, circle)).toEqual([]);
  expect(mistakes(following('a', '{ workflow: b, window: 1d }'), circle)).toEqual([]);
});

it('refuses a window of more times than a schedule remembers, from both sides', () => {
  const often = `name: often\ntriggers:\n  - every: 5s\n${TASKS}`;
  const follower = following('daily', '{ workflow: often, window: 1d }');
  expect(mistakes(follower, [often])).toMatchObject([
    {
      code: 'out_of_range',
      line: 3,
      column: 39,
      length: 2,
      message: 'The window has more than 10000 scheduled times of `often`.',
    },
  ]);
  expect(mistakes(often, [follower])).toMatchObject([{ code: 'out_of_range', line: 3 }]);
  expect(mistakes(follower, [often.replace('5s', '10s')])).toEqual([]);
});
