import { describe, expect, it } from 'vitest';
import { evaluate, parseExpression } from '../../../engine/core/expression/index.ts';
import { runScope } from '../../../engine/core/scope.ts';
import { aRun, START_MS } from '../../support/run-builder.ts';

describe('tasks.NAME.duration', () => {
  const source = 'tasks.a.duration';

  it('is the seconds from its beginning to its end', () => {
    const run = aRun({ a: 'succeeded' });
    expect(evaluate(parseExpression(source), runScope(run, START_MS))).toBe(2);
  });

  it('is null of a task that never began: skipped, marked by a person, or taken over', () => {
    const run = aRun({ a: 'skipped' });
    Object.assign(run.nodes[0] ?? {}, { queuedAt: 0, startedAt: 0 });
    expect(evaluate(parseExpression(source), runScope(run, START_MS))).toBeNull();
  });
});
