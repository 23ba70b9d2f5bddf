/** Secrets in tickets: named, never held, and in no place that a user's data could imitate. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../engine/core/json.ts';
import { prepareOptions, prepareTicket } from '../../../engine/core/prepare.ts';
import { aPlan, aRun, aTask, START_MS, type TaskDraft } from '../../support/run-builder.ts';

interface Draft extends Partial<TaskDraft> {
  readonly secrets?: readonly string[];
  readonly inputs?: { readonly [name: string]: Json };
}

function prepare({ secrets = ['TOKEN', 'USER'], inputs = {}, ...change }: Draft) {
  const plan = aPlan([aTask('a', [], change)], { secrets });
  const run = aRun({ a: 'queued' }, { plan, inputs });
  const record = run.nodes[0];
  if (record) Object.assign(record, { attempt: 1, queuedAt: START_MS });
  const prepared = prepareTicket(run, { shard: 0, node: 0, delivery: 0 });
  return 'value' in prepared ? prepared.value : prepared.error;
}

const work = (options: { [name: string]: Json }) => ({ action: { uses: 'work', with: options } });

describe('a ticket', () => {
  it('names a secret and where it belongs', () => {
    expect(prepare({ env: { TOKEN: '${{ secrets.TOKEN }}', PLAIN: 'x' } })).toMatchObject({
      env: { TOKEN: '', PLAIN: 'x' },
      secrets: [{ at: '/env/TOKEN', parts: [{ secret: 'TOKEN' }] }],
    });
  });

  it('keeps the text around a secret, with all else in it resolved', () => {
    const headers = { authorization: 'Basic ${{ secrets.USER }}:${{ secrets.TOKEN }} ${{ inputs.n }}' };
    expect(
      prepare({ ...work({ headers, list: ['a', "${{ secrets['TOKEN'] }}"] }), inputs: { n: 4 } }),
    ).toMatchObject({
      with: { headers: { authorization: null }, list: ['a', null] },
      secrets: [
        {
          at: '/with/headers/authorization',
          parts: ['Basic ', { secret: 'USER' }, ':', { secret: 'TOKEN' }, ' 4'],
        },
        { at: '/with/list/1', parts: [{ secret: 'TOKEN' }] },
      ],
    });
  });

  it('follows a variable of the task to its secret', () => {
    const env = { AUTH: 'Bearer ${{ secrets.TOKEN }}' };
    expect(prepare({ env, ...work({ header: 'x-${{ env.AUTH }}' }) })).toMatchObject({
      secrets: [
        { at: '/env/AUTH', parts: ['Bearer ', { secret: 'TOKEN' }] },
        { at: '/with/header', parts: ['x-Bearer ', { secret: 'TOKEN' }] },
      ],
    });
  });

  it('has none for what an input says, however much it looks like one', () => {
    const input = '${{ secrets.TOKEN }} {"secret":"TOKEN"}';
    const made = prepare({
      ...work({ text: '${{ inputs.x }}' }),
      env: { X: 'a ${{ inputs.x }}' },
      inputs: { x: input },
    });
    expect(made).toMatchObject({ with: { text: input }, env: { X: `a ${input}` } });
    expect(made).not.toHaveProperty('secrets');
  });

  it('writes places as JSON Pointers, whatever the names', () => {
    const options = JSON.parse('{"a/b":{"c~d":"${{ secrets.TOKEN }}","__proto__":"${{ secrets.USER }}"}}');
    expect(prepare(work(options))).toMatchObject({
      secrets: [{ at: '/with/a~1b/c~0d' }, { at: '/with/a~1b/__proto__' }],
    });
  });

  it('is none for a secret that the workflow does not name', () => {
    expect(prepare({ env: { X: '${{ secrets.OTHER }}' } })).toMatchObject({
      code: 'secret_unavailable',
      message: expect.stringContaining('secrets: [OTHER]'),
    });
  });

  it.each([
    ["${{ format('{0}', secrets.TOKEN) }}"],
    ["${{ secrets.TOKEN == 'x' }}"],
    ["${{ default(secrets.TOKEN, 'x') }}"],
    ['${{ toJSON(secrets) }}'],
    ['${{ secrets[inputs.n] }}'],
    ['${{ inputs.n && secrets.TOKEN }}'],
  ])('is none where a secret is computed with: %s', (text) => {
    expect(prepare({ env: { X: text }, inputs: { n: 'TOKEN' } })).toMatchObject({
      code: 'expression_error',
      message: expect.stringContaining('secrets.NAME'),
    });
  });

  it.each(['cwd', 'files'] as const)('is none where %s would hold a secret', (key) => {
    const value = key === 'cwd' ? '${{ env.T }}' : { x: '${{ env.T }}' };
    expect(prepare({ env: { T: '${{ secrets.TOKEN }}' }, [key]: value })).toMatchObject({
      code: 'expression_error',
    });
  });
});

it('what the engine works on itself gets no secret', () => {
  const plan = aPlan([aTask('a', [], work({ value: '${{ secrets.TOKEN }}' }))], { secrets: ['TOKEN'] });
  const run = aRun({ a: 'queued' }, { plan });
  const [record] = run.nodes;
  const [task] = run.plan.tasks;
  if (!record || !task) throw new Error('no task');
  expect(prepareOptions(run, record, task)).toMatchObject({ error: { code: 'expression_error' } });
});
