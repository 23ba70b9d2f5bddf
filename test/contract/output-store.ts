/** The contract of the store of large outputs, over any artifact store: engine/runtime/files/output-store.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import { cutOutputs, type OutputsRef, refOf } from '../../engine/core/large-outputs.ts';
import type { ArtifactStore } from '../../engine/ports/artifact-store.ts';
import { createOutputStore, type OutputStore } from '../../engine/runtime/files/output-store.ts';

export interface OutputStoreSubject {
  readonly near: ArtifactStore;
  close(): Promise<void>;
}

const RUN = '01J8ZQ4T9W0000000000000000';
const VALUES = { text: 'ü'.repeat(400_000), rows: [{ id: 1, name: '"' }], none: null };

export function outputStoreContract(name: string, make: () => Promise<OutputStoreSubject>): void {
  describe(`output store contract: ${name}`, () => {
    const subjects: OutputStoreSubject[] = [];
    const open = async (): Promise<OutputStore> => {
      const subject = await make();
      subjects.push(subject);
      return createOutputStore({ near: subject.near });
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    const keep = async (outputs: OutputStore, file: string): Promise<OutputsRef> => {
      const cut = cutOutputs(VALUES, outputs.inlineBytes);
      if (!cut) throw new Error('expected large outputs');
      await outputs.put(RUN, file, cut.text);
      return refOf(RUN, file, cut);
    };

    it('gives outputs back as they were, also when they were written twice', async () => {
      const outputs = await open();
      await keep(outputs, 'outputs/0.1.1.1');
      const ref = await keep(outputs, 'outputs/0.1.1.1');
      expect(ref.bytes).toBeGreaterThan(800_000);
      expect(await outputs.get(ref)).toEqual(VALUES);
    });

    it('has nothing where nothing was written, or something else', async () => {
      const outputs = await open();
      const ref = await keep(outputs, 'outputs/0.1.1.1');
      expect(await outputs.get({ ...ref, file: 'outputs/0.1.1.2' })).toBeUndefined();
      expect(await outputs.get({ ...ref, sha256: '0'.repeat(64) })).toBeUndefined();
    });
  });
}
