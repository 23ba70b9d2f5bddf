import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../../../engine/core/message.ts';
import { readOutcome } from '../../../engine/core/outcome.ts';
import { aPlan, aTask } from '../../support/run-builder.ts';
import { ShardRig } from '../../support/shard-rig.ts';

const REF = { artifact: 'k', run: 'r', name: 'n', bytes: 1, sha256: 's' };

describe('an outcome that fits the worker contract', () => {
  it.each<AttemptOutcome>([
    { status: 'cancelled' },
    { status: 'cancelled', cost: 0 },
    { status: 'succeeded', outputs: {}, cost: 0.02 },
    { status: 'succeeded', outputs: {} },
    { status: 'succeeded', outputs: { a: [1] }, artifacts: { a: REF }, cached: 'run' },
    { status: 'failed', error: { code: 'exit_code', message: 'no', exit_code: 1 } },
  ])('%j is taken as it is', (outcome) => {
    expect(readOutcome(outcome)).toBe(outcome);
  });
});

describe('an outcome that does not', () => {
  it.each([
    [null, 'no object'],
    [{ status: 'done' }, '`status`'],
    [{ status: 'succeeded' }, '`outputs`'],
    [{ status: 'succeeded', outputs: [] }, '`outputs`'],
    [{ status: 'succeeded', outputs: {}, artifacts: { a: 1 } }, '`artifacts`'],
    [{ status: 'succeeded', outputs: {}, large: {} }, '`large`'],
    [{ status: 'succeeded', outputs: {}, cost: '1' }, '`cost` is no number'],
    [{ status: 'succeeded', outputs: {}, cost: -1 }, '`cost` is -1'],
    [{ status: 'succeeded', outputs: {}, cost: 1e12 }, 'costs 1000000000 at most'],
    [{ status: 'failed' }, '`error`'],
    [{ status: 'failed', error: { code: 'exit_code' } }, '`message`'],
    [{ status: 'failed', error: { code: 'x', message: 'y', retry_after: 'soon' } }, '`error.retry_after`'],
  ])('%j fails the attempt, and says what is wrong', (outcome, hint) => {
    const rig = new ShardRig(aPlan(['a', aTask('b', ['a'])])).start();
    rig.deliver(rig.outcome('a', outcome as unknown as AttemptOutcome));
    expect(rig.states()).toEqual({ a: 'failed', b: 'upstream_failed' });
    expect(rig.left('a')).toMatchObject({
      e: { code: 'invalid_output', message: expect.stringContaining(hint) },
    });
  });
});
