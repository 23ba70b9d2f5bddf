import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../../engine/core/json.ts';
import type { Answer } from '../../../../engine/core/message.ts';
import { aFanOut, aPlan, aTask, type TaskDraft } from '../../../support/run-builder.ts';
import { ShardRig } from '../../../support/shard-rig.ts';

const aWait = (id: string, options: JsonObject, needs: string[] = []): TaskDraft =>
  aTask(id, needs, { action: { uses: 'wait', with: options } });
const rigOf = (...tasks: (string | TaskDraft)[]) => new ShardRig(aPlan(tasks)).start();

let asked = 0;
function send(rig: ShardRig, name: string, payload: Json = {}, request = `s${asked++}`): Answer | undefined {
  rig.deliver({ type: 'signal', run: rig.runId, name, payload, request });
  return rig.answers.get(request);
}

describe('a signal', () => {
  it('ends the wait; its payload becomes the outputs', () => {
    const rig = rigOf(aWait('w', { signal: 'paid' }), aTask('b', ['w']));
    expect(rig.state('w')).toBe('waiting');
    expect(send(rig, 'paid', { amount: 3 })).toEqual({ ok: true, node: 'w' });
    expect(rig.left('w').o).toEqual({ amount: 3 });
    expect(rig.states()).toEqual({ w: 'succeeded', b: 'queued' });
  });

  it('that comes early is kept, and taken in order', () => {
    const rig = rigOf(aTask('a'), aWait('w', { signal: 'go' }, ['a']), aWait('x', { signal: 'go' }, ['w']));
    expect(send(rig, 'go', { n: 1 })).toEqual({ ok: true, node: null });
    send(rig, 'go', { n: 2 });
    rig.load();
    rig.succeed('a');
    expect([rig.left('w').o, rig.left('x').o]).toEqual([{ n: 1 }, { n: 2 }]);
    expect(rig.header.signals).toEqual([]);
  });

  it('sent twice under one request id is one signal', () => {
    const rig = rigOf(aFanOut('f', 2, { action: { uses: 'wait', with: { signal: 'go' } } }));
    send(rig, 'go', { n: 1 }, 'same');
    send(rig, 'go', { n: 1 }, 'same');
    expect(rig.nodeStates('f')).toEqual(['succeeded', 'waiting']);
  });

  it('that does not fit the schema is refused', () => {
    const rig = rigOf(aWait('w', { signal: 'go', schema: { n: { type: 'integer', required: true } } }));
    expect(send(rig, 'go', { n: 'x' })).toMatchObject({ ok: false, code: 'invalid_payload' });
    expect(send(rig, 'go', {})).toMatchObject({
      message: 'the payload does not fit: n is required, but has no value',
    });
    expect(send(rig, 'go', 3)).toMatchObject({ code: 'invalid_payload' });
    expect(rig.state('w')).toBe('waiting');
  });

  it('of a name that nobody waits for is refused with the names that there are', () => {
    const rig = rigOf(aWait('w', { signal: 'go' }));
    expect(send(rig, 'gp')).toMatchObject({
      code: 'not_possible',
      message: 'the workflow waits for no signal "gp"; it waits for go',
    });
  });

  it('is kept a hundred times, not more', () => {
    const rig = rigOf(aTask('a'), aWait('w', { signal: 'go' }, ['a']));
    for (let i = 0; i < 100; i++) send(rig, 'go', { i });
    expect(send(rig, 'go', { i: 100 })).toMatchObject({ ok: false });
    rig.succeed('a');
    expect(rig.left('w').o).toEqual({ i: 0 });
  });

  it('that does not come in time fails the node', () => {
    const rig = rigOf(aWait('w', { signal: 'go', for: '1h' })).wait(3_600_000);
    expect(rig.left('w').e).toEqual({ code: 'wait_expired', message: 'no signal "go" came in time' });
  });

  it('in time leaves no timer behind', () => {
    const rig = rigOf(aWait('w', { signal: 'go', for: '1h' }));
    send(rig, 'go');
    expect(rig.timers.size).toBe(0);
    expect(rig.header.status).toBe('succeeded');
  });
});
