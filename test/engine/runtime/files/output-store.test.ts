import { describe, expect, it } from 'vitest';
import { cutOutputs, OutputsNeeded, outputsLookup, refOf } from '../../../../engine/core/large-outputs.ts';
import { createMemoryArtifactStore } from '../../../../engine/memory/artifact-store.ts';
import { createRedisArtifactStore } from '../../../../engine/redis/artifact-store.ts';
import { createOutputStore } from '../../../../engine/runtime/files/output-store.ts';
import { outputStoreContract } from '../../../contract/output-store.ts';
import { openConnections } from '../../redis/make-store.ts';

outputStoreContract('memory', async () => ({ near: createMemoryArtifactStore(), close: async () => {} }));

outputStoreContract('Redis', async () => {
  const { connections, close } = await openConnections();
  return { near: createRedisArtifactStore(connections, { shards: 4 }), close };
});

const RUN = '01J8ZQ4T9W0000000000000000';

describe('large outputs', () => {
  it('beyond what Redis takes go where artifacts go, and are refused only beyond both', async () => {
    const near = createMemoryArtifactStore({ maxBytes: 100 });
    const far = createMemoryArtifactStore({ maxBytes: 1_000 });
    const outputs = createOutputStore({ near, far, inlineBytes: 10 });
    expect(outputs.maxBytes).toBe(1_000);
    for (const length of [50, 500]) {
      const values = { text: 'x'.repeat(length) };
      const cut = cutOutputs(values, outputs.inlineBytes);
      if (!cut) throw new Error('expected large outputs');
      await outputs.put(RUN, `outputs/${length}`, cut.text);
      expect(await outputs.get(refOf(RUN, `outputs/${length}`, cut))).toEqual(values);
      expect((await far.get(RUN, `outputs/${length}`)) === undefined).toBe(length === 50);
    }
    expect(createOutputStore({ near }).maxBytes).toBe(100);
  });

  it('keeps small values beside the reference, and asks for the file only for the others', () => {
    const cut = cutOutputs({ count: 3, text: 'ü'.repeat(100), list: [1, 2] }, 60);
    if (!cut) throw new Error('expected large outputs');
    expect(cut.kept).toEqual({ count: 3, list: [1, 2] });
    const stored = { o: cut.kept, l: refOf(RUN, 'outputs/a', cut) };
    const lookup = outputsLookup(stored, new Map());
    expect(lookup.get('count')).toBe(3);
    expect(lookup.get('none')).toBeUndefined();
    expect([...lookup.keys()].sort()).toEqual(['count', 'list', 'text']);
    expect(() => lookup.get('text')).toThrow(OutputsNeeded);
  });

  it('lists no more names than a reference may have', () => {
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`name${i}`, 'x'.repeat(50)]));
    const cut = cutOutputs(many, 1_000);
    expect(cut?.names).toBeUndefined();
    expect(Buffer.byteLength(JSON.stringify(cut?.kept))).toBeLessThanOrEqual(1_000);
  });
});
