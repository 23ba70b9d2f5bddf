import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../engine/core/json.ts';
import type { Answer, ApprovalMessage } from '../../../../engine/core/message.ts';
import { aPlan, aTask } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const FORM = {
  tickets: { type: 'integer', required: true, minimum: 1 },
  note: { type: 'string', default: '-' },
};

function rigOf(options: JsonObject = {}, rig: { forgetful?: boolean } = {}): ShardRig {
  return new ShardRig(
    aPlan([aTask('go', [], { action: { uses: 'approval', with: options } }), aTask('b', ['go'])]),
    rig,
  ).start();
}

let asked = 0;
function decide(rig: ShardRig, change: Partial<ApprovalMessage> = {}): Answer | undefined {
  const request = change.request ?? `q${asked++}`;
  rig.deliver({ type: 'approval', run: rig.runId, node: 'go', decision: 'approved', ...change, request });
  return rig.answers.get(request);
}

describe('an approval', () => {
  it.each([false, true])('waits for a decision and hands it on (new owner: %s)', (forgetful) => {
    const rig = rigOf({ form: FORM }, { forgetful });
    expect(rig.states()).toEqual({ go: 'waiting', b: 'pending' });
    expect(decide(rig, { form: { tickets: 7 }, by: 'ada', comment: 'fine' })).toEqual({
      ok: true,
      node: 'go',
    });
    expect(rig.states()).toEqual({ go: 'succeeded', b: 'queued' });
    expect(rig.left('go').o).toEqual({
      decision: 'approved',
      by: 'ada',
      comment: 'fine',
      form: { tickets: 7, note: '-' },
    });
    expect(rig.history('go')).toContain('node.approved');
  });

  it('refuses a form that does not fit, and goes on waiting', () => {
    const rig = rigOf({ form: FORM });
    expect(decide(rig, { form: { tickets: 0, other: 1 } })).toMatchObject({
      ok: false,
      code: 'invalid_payload',
      message: expect.stringMatching(/other is no field.*tickets must be at least 1/),
    });
    expect(decide(rig)).toMatchObject({ code: 'invalid_payload' });
    expect(rig.state('go')).toBe('waiting');
  });

  it('rejected: fails with who and why, and needs no form', () => {
    const rig = rigOf({ form: FORM });
    decide(rig, { decision: 'rejected', by: 'ada', comment: 'too late' });
    expect(rig.state('go')).toBe('failed');
    expect(rig.left('go').e).toEqual({ code: 'rejected', message: 'rejected by ada: too late' });
  });

  it('rejected, but `on_reject: continue`: succeeds and says so', () => {
    const rig = rigOf({ on_reject: 'continue' });
    decide(rig, { decision: 'rejected' });
    expect(rig.left('go').o).toMatchObject({ decision: 'rejected' });
    expect(rig.states()).toEqual({ go: 'succeeded', b: 'queued' });
  });

  it.each([
    ['fail', 'failed', 'wait_expired'],
    ['reject', 'failed', 'rejected'],
    ['approve', 'succeeded', undefined],
  ] as const)('at its deadline: %s', (on_deadline, state, code) => {
    const rig = rigOf({ deadline: '4h', on_deadline });
    expect(rig.wait(4 * 3_600_000 - 1).state('go')).toBe('waiting');
    expect(rig.wait(1).state('go')).toBe(state);
    expect(rig.left('go').e?.code).toBe(code);
    expect(decide(rig)).toMatchObject({ ok: false, code: 'not_possible' });
  });

  it('is decided once: a repeated request gets the first answer, another one is refused', () => {
    const rig = rigOf();
    expect(decide(rig, { request: 'same' })).toEqual({ ok: true, node: 'go' });
    expect(decide(rig, { request: 'same', decision: 'rejected' })).toEqual({ ok: true, node: 'go' });
    expect(decide(rig, { decision: 'rejected' })).toMatchObject({ code: 'not_possible' });
    expect(decide(rig, { node: 'b' })).toMatchObject({ message: 'b is no approval' });
    expect(decide(rig, { node: 'gone' })).toMatchObject({ code: 'node_not_found' });
    expect(rig.state('go')).toBe('succeeded');
  });

  it('a run that has ended says so', () => {
    const rig = rigOf().cancel();
    expect(decide(rig)).toMatchObject({
      code: 'not_possible',
      message: expect.stringContaining('has ended'),
    });
    expect(rig.timers.size).toBe(0);
  });
});
