import { describe, expect, it } from 'vitest';
import { createKeys } from '../../../engine/redis/keys.ts';
import { prefixOf, readKey } from '../../../engine/redis/read-key.ts';

const RUN = '01JD2Z3B4V5N6M7K8J9H0G1F2E';
const PREFIX = 'a{b}:*:';
const keys = createKeys(PREFIX);
const read = (key: string) => readKey(PREFIX, key);

describe('a key read back', () => {
  it('knows the prefix', () => expect(prefixOf(keys)).toBe(PREFIX));

  it('tells the header of a run from all else that the run has', () => {
    expect(read(keys.run(7, RUN))).toEqual({ kind: 'header', shard: 7, run: RUN });
    const parts = [
      keys.progress(7, RUN),
      keys.nodes(7, RUN),
      keys.outputs(7, RUN, 3),
      keys.largeOutputs(7, RUN, 3),
      keys.buckets(7, RUN),
      keys.events(7, RUN),
      keys.log(7, RUN, 4, 1),
      keys.blob(7, RUN, 'source/x.0'),
      keys.blobs(7, RUN),
    ];
    for (const key of parts) expect(read(key), key).toEqual({ kind: 'of run', shard: 7, run: RUN });
  });

  it('knows plans, lists and definitions', () => {
    expect(read(keys.plan(0, 'h'))).toEqual({ kind: 'plan', shard: 0, hash: 'h' });
    expect(read(keys.definitionPlan('h'))).toEqual({ kind: 'definition plan', hash: 'h' });
    expect(read(keys.definition('n', 'w'))).toEqual({ kind: 'definition' });
    expect(read(keys.workflow('n/ä', 'w:1'))).toEqual({ kind: 'workflow', namespace: 'n/ä', name: 'w:1' });
    expect(read(keys.runLine(RUN))).toEqual({ kind: 'line', run: RUN });
    for (const list of ['all', 'namespace', 'workflow', 'status'] as const)
      expect(read(keys.runs(list, 'line'))).toEqual({ kind: 'list' });
  });

  it('leaves alone what belongs to no run, or goes by itself', () => {
    const others = [
      keys.meta(),
      keys.lease(0),
      keys.inbox(0),
      keys.flight(0),
      keys.timers(0),
      keys.live(0),
      keys.removing(0),
      keys.actors(0),
      keys.answer(0, 'r'),
      keys.blobPart(0, RUN, 'k', 'w'),
      keys.runChanges(),
      keys.endedRuns('n', 1),
      keys.runSamples('n', 'w'),
      keys.secrets(),
      keys.members('workers'),
      keys.definitionLines(),
      keys.subscriptions(),
      `${PREFIX}bull{default}:default:meta`,
    ];
    for (const key of others) expect(read(key), key).toBeUndefined();
  });
});
