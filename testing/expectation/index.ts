/** What a test expects, against what was played. */
import type { Path } from '../../dsl/position.ts';
import { standsAs } from '../../engine/core/node-state.ts';
import type { Played } from '../play.ts';
import type { ExpectationSource } from '../test-file/schema.ts';
import { firstDifference } from './difference.ts';
import { checkError } from './error.ts';
import { checkNode } from './node.ts';
import { checkNotRun, checkOrder } from './order.ts';
import { checkSpan } from './span.ts';
import type { Unmet } from './unmet.ts';
import { whyRun } from './why.ts';

export type { Unmet } from './unmet.ts';

/** All expectations that were not met; `path` is that of `expect` in the file. */
export function checkExpectation(expect: ExpectationSource, played: Played, path: Path): Unmet[] {
  return [
    ...checkStatus(expect, played, path),
    ...checkError(expect.error, played.run.error, { path: [...path, 'error'], name: 'the error of the run' }),
    ...Object.entries(expect.tasks ?? {}).flatMap(([name, node]) =>
      checkNode(node, played, { path: [...path, 'tasks', name], name }),
    ),
    ...Object.entries(expect.attempts ?? {}).flatMap(([name, attempts]) =>
      checkNode({ attempts }, played, { path: [...path, 'attempts', name], name, isValue: true }),
    ),
    ...checkOutputs(expect, played, path),
    ...checkOrder(expect.order, played, [...path, 'order']),
    ...checkNotRun(expect.not_run, played, [...path, 'not_run']),
    ...checkSpan(expect.duration, played.durationMs, { path: [...path, 'duration'], name: 'the run' }),
  ];
}

function checkStatus(expect: ExpectationSource, { run }: Played, path: Path): Unmet[] {
  const expected = expect.status ?? 'succeeded';
  if (run.status === expected) return [];
  const why = whyRun(run);
  return [
    {
      path: expect.status === undefined ? path : [...path, 'status'],
      message: `the run: expected ${expected}, but it ${standsAs(run.status)}`,
      expected,
      actual: run.status,
      ...(why === undefined ? {} : { why }),
    },
  ];
}

function checkOutputs(expect: ExpectationSource, { run }: Played, path: Path): Unmet[] {
  return Object.entries(expect.outputs ?? {}).flatMap(([name, expected]) => {
    const actual = Object.hasOwn(run.outputs, name) ? run.outputs[name] : undefined;
    const message = firstDifference(expected, actual, `output ${name}`);
    if (message === undefined) return [];
    return [{ path: [...path, 'outputs', name], message, expected, actual: actual ?? null }];
  });
}
