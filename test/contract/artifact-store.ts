/** The contract of the artifact store: engine/ports/artifact-store.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import { newRunId } from '../../engine/core/run-id.ts';
import type { ArtifactStore } from '../../engine/ports/artifact-store.ts';

export interface ArtifactStoreSubject {
  readonly artifacts: ArtifactStore;
  close(): Promise<void>;
}

const RUN = '01J8ZQ4T9W0000000000000000';
const OTHER_RUN = '01J8ZQ4T9W0000000000000001';

/** Bytes that do not repeat with any power of two, so that a piece in the wrong place shows. */
const someBytes = (length: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + Math.floor(i / 251)) % 256);

/** Quicker than a comparison that can show what differs. */
const isEqual = (found: Uint8Array | undefined, wanted: Uint8Array) =>
  found !== undefined && Buffer.compare(found, wanted) === 0;

const read = async (artifacts: ArtifactStore, run: string, key: string) => {
  const bytes = await artifacts.get(run, key);
  return bytes === undefined ? undefined : Uint8Array.from(bytes);
};

export function artifactStoreContract(name: string, make: () => Promise<ArtifactStoreSubject>): void {
  describe(`artifact store contract: ${name}`, () => {
    const subjects: ArtifactStoreSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return subject.artifacts;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('has nothing under a key where nothing was put', async () => {
      const artifacts = await open();
      expect(await artifacts.get(RUN, 'report-1-out')).toBeUndefined();
    });

    it.each([0, 1, 256 * 1_024, 256 * 1_024 + 1, 1_000_003])(
      'gives back %i bytes as they were',
      async (length) => {
        const artifacts = await open();
        await artifacts.put(RUN, 'report-1-out', someBytes(length));
        expect(isEqual(await artifacts.get(RUN, 'report-1-out'), someBytes(length))).toBe(true);
      },
    );

    it('removes all of a run, and nothing of another', async () => {
      const artifacts = await open();
      if (artifacts.remove === undefined) return;
      const keys = Array.from({ length: 120 }, (_, i) => `task/${i}/a <&> "b".txt`);
      for (const key of keys) await artifacts.put(RUN, key, Uint8Array.of(1));
      await artifacts.put(OTHER_RUN, 'task/0/a', Uint8Array.of(2));
      await artifacts.remove(RUN);
      for (const key of keys) expect(await artifacts.get(RUN, key)).toBeUndefined();
      expect(await read(artifacts, OTHER_RUN, 'task/0/a')).toEqual(Uint8Array.of(2));
      await artifacts.remove(RUN);
    });

    it('names under which ids it keeps something', async () => {
      const artifacts = await open();
      if (artifacts.holders === undefined) return;
      const held = async () => {
        const ids: string[] = [];
        for await (const page of artifacts.holders?.() ?? []) ids.push(...page);
        return ids.toSorted();
      };
      expect(await held()).toEqual([]);
      const runs = Array.from({ length: 230 }, (_, i) => newRunId(i, new Uint8Array(10)));
      for (const run of runs) for (const key of ['a', 'b/c']) await artifacts.put(run, key, Uint8Array.of(1));
      expect(await held()).toEqual(runs.toSorted());
      await artifacts.remove?.(runs[7] ?? '');
      expect(await held()).toEqual(runs.filter((_, i) => i !== 7).toSorted());
    });

    it('takes the largest artifact that it says it takes, up to 8 MiB', async () => {
      const artifacts = await open();
      const bytes = new Uint8Array(Math.min(artifacts.maxBytes, 8 * 1_024 * 1_024)).fill(7);
      bytes[bytes.length - 1] = 9;
      await artifacts.put(RUN, 'large', bytes);
      const found = await artifacts.get(RUN, 'large');
      expect([found?.length, found?.[0], found?.at(-1)]).toEqual([bytes.length, 7, 9]);
    });

    it('takes the same artifact twice', async () => {
      const artifacts = await open();
      await artifacts.put(RUN, 'twice', someBytes(300_000));
      await artifacts.put(RUN, 'twice', someBytes(300_000));
      expect(isEqual(await artifacts.get(RUN, 'twice'), someBytes(300_000))).toBe(true);
    });

    it('keeps keys and runs apart', async () => {
      const artifacts = await open();
      await artifacts.put(RUN, 'a', Uint8Array.of(1));
      await artifacts.put(RUN, 'b', Uint8Array.of(2));
      await artifacts.put(OTHER_RUN, 'a', Uint8Array.of(3));
      expect(await read(artifacts, RUN, 'a')).toEqual(Uint8Array.of(1));
      expect(await read(artifacts, RUN, 'b')).toEqual(Uint8Array.of(2));
      expect(await read(artifacts, OTHER_RUN, 'a')).toEqual(Uint8Array.of(3));
    });

    it('is not changed by what the caller does to its bytes later', async () => {
      const artifacts = await open();
      const bytes = Uint8Array.of(1, 2);
      await artifacts.put(RUN, 'a', bytes);
      bytes.fill(9);
      (await artifacts.get(RUN, 'a'))?.fill(8);
      expect(await read(artifacts, RUN, 'a')).toEqual(Uint8Array.of(1, 2));
    });
  });
}
