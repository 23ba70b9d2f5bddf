/** What a process says in its file `$SLUICE_COST` that it cost: a number a line, added up. */
import { problemOfCost } from '../engine/core/cost.ts';
import { messageOf } from '../engine/core/errors.ts';
import { type ExecutionContext, TaskFailure } from '../engine/ports/executor.ts';
import { readFileOfProcess } from './file-of-process.ts';

const MAX_BYTES = 65_536;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Runs the process, and reports what it cost, however it ended. A process that fails says why itself; what is wrong with its file is
 * then only a line in the log.
 * @throws TaskFailure `invalid_output`
 */
export async function withCostFile<T>(
  path: string,
  context: Pick<ExecutionContext, 'addCost' | 'log'>,
  run: () => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await run();
  } catch (error) {
    await reportCosts(path, context).catch((wrong: unknown) =>
      context.log.line('system', `What it cost is not known. ${messageOf(wrong)}`),
    );
    throw error;
  }
  await reportCosts(path, context);
  return result;
}

async function reportCosts(path: string, { addCost }: Pick<ExecutionContext, 'addCost'>): Promise<void> {
  const bytes = await readFileOfProcess({ path, variable: '$SLUICE_COST', maxBytes: MAX_BYTES, tooLarge });
  const costs = bytes
    .toString('utf8')
    .split('\n')
    .map((line, index) => ({ text: line.trim(), index }))
    .filter(({ text }) => text !== '')
    .map(readLine);
  for (const cost of costs) addCost(cost);
}

function readLine({ text, index }: { readonly text: string; readonly index: number }): number {
  const cost = NUMBER.test(text) ? Number(text) : Number.NaN;
  const problem = problemOfCost(cost);
  if (problem === undefined) return cost;
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  const hint = Number.isNaN(cost)
    ? `${shown} is no number; write one a line, such as 0.25`
    : `the cost ${problem}`;
  throw new TaskFailure('invalid_output', `Line ${index + 1} of $SLUICE_COST: ${hint}.`);
}

function tooLarge(bytes: number): TaskFailure {
  return new TaskFailure(
    'invalid_output',
    `The file $SLUICE_COST has ${bytes} bytes, and may have ${MAX_BYTES}; add up what is written to it.`,
  );
}
