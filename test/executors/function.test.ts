import { describe, expect, it } from 'vitest';
import { functionExecutor } from '../../executors/index.ts';
import { aBench } from '../support/execution-context.ts';

const executor = functionExecutor({
  functions: {
    resize: async ({ inputs, log, progress, addCost, attempt, task, run }) => {
      log.info('a\nb');
      log.error({ width: inputs.width });
      progress(0.5);
      addCost(0.02);
      return { width: inputs.width * 2, attempt, task, run: run.workflow };
    },
    empty: () => {},
    wrong: () => ({ x: Number.NaN }),
    throws: () => {
      throw new Error('no space', { cause: new Error('disk full') });
    },
  },
});

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (thrown: { error?: { code?: string } }) => thrown.error?.code,
  );
}

describe('uses: function', () => {
  it('calls the function of that name with its inputs, and takes what it returns as outputs', async () => {
    const bench = await aBench();
    const outputs = await executor.run({ name: 'resize', args: { width: 8 } }, bench.context);
    expect(outputs).toEqual({ width: 16, attempt: 1, task: 'download', run: 'weather' });
    expect(bench.text('stdout')).toEqual(['a', 'b']);
    expect(bench.text('stderr')).toEqual(['{ width: 8 }']);
    expect(bench.progress).toEqual([0.5]);
    expect(bench.costs).toEqual([0.02]);
  });

  it('takes no return value as no outputs', async () => {
    expect(await executor.run({ name: 'empty' }, (await aBench()).context)).toEqual({});
  });

  it('says what is registered when the name is not', async () => {
    const { context } = await aBench();
    await expect(executor.run({ name: 'crop' }, context)).rejects.toThrow(
      'No function "crop" is registered with this worker; it has empty, resize, throws, wrong.',
    );
    expect(await codeOf(executor.run({ name: 'crop' }, context))).toBe('unknown_executor');
  });

  it('tells outputs that are no JSON, and errors with their causes', async () => {
    const { context } = await aBench();
    expect(await codeOf(executor.run({ name: 'wrong' }, context))).toBe('invalid_output');
    await expect(executor.run({ name: 'throws' }, context)).rejects.toThrow(
      /no space[\s\S]*Caused by: Error: disk full/,
    );
    expect(await codeOf(executor.run({ name: 'throws' }, context))).toBe('module_error');
  });

  it('announces what is registered', () => {
    expect(executor.offers).toEqual(['resize', 'empty', 'wrong', 'throws']);
  });
});
