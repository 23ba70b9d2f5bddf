/** Tests of a workflow for the server: in memory, on virtual time, one request after another, and no real work. */
import { SluiceError } from '../../engine/core/errors.ts';
import type { TestedWorkflow, TestsReport } from '../../server/parts.ts';
import { runTestFile } from '../../testing/run-test-file.ts';
import type { Host } from '../host.ts';
import { fileJson } from '../test-report/json.ts';
import { totalsOf } from '../test-report/text.ts';
import { allExecutors } from './executors.ts';

/** For all tests of a request. */
const LONGEST_MS = 10_000;
/** Requests, with the one whose tests run. */
const MOST_WAITING = 8;

function busy(): SluiceError {
  return new SluiceError(
    'overloaded',
    `${MOST_WAITING} requests wait for their tests already; try again in ${LONGEST_MS / 1_000} s.`,
    { details: { reason: 'tests', retryAfterMs: LONGEST_MS } },
  );
}

export function workflowTests({ settings }: Host): (tested: TestedWorkflow) => Promise<TestsReport> {
  const executors = allExecutors(settings);
  let before: Promise<unknown> = Promise.resolve();
  const run = async ({ file, compiled, tests }: TestedWorkflow): Promise<TestsReport> => {
    const loaded = { ...compiled, file, folder: '/' };
    const report = await runTestFile({
      path: file.path.replace(/(\.ya?ml)?$/, '.test.yaml'),
      text: tests,
      executors,
      load: () => loaded,
      exists: () => true,
      mayExecute: false,
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    const { diagnostics, tests: told } = fileJson(report);
    return { ...totalsOf([report]), diagnostics, tests: told };
  };
  let waiting = 0;
  return (tested) => {
    if (waiting >= MOST_WAITING) return Promise.reject(busy());
    waiting += 1;
    const mine = before.then(() => run(tested));
    before = mine
      .catch(() => {})
      .finally(() => {
        waiting -= 1;
      });
    return mine;
  };
}
