/** The artifact store in memory. */
import type { ArtifactStore } from '../ports/artifact-store.ts';

export interface MemoryArtifactStoreOptions {
  /** Largest artifact, bytes. Default 8 MiB. */
  readonly maxBytes?: number;
}

export function createMemoryArtifactStore(options: MemoryArtifactStoreOptions = {}): ArtifactStore {
  const blobs = new Map<string, Uint8Array>();
  const blobKey = (run: string, key: string) => JSON.stringify([run, key]);
  return {
    maxBytes: options.maxBytes ?? 8 * 1_024 * 1_024,
    async put(run, key, bytes) {
      blobs.set(blobKey(run, key), bytes.slice());
    },
    async get(run, key) {
      return blobs.get(blobKey(run, key))?.slice();
    },
    locate: () => undefined,
    async remove(run) {
      for (const key of [...blobs.keys()])
        if ((JSON.parse(key) as readonly string[])[0] === run) blobs.delete(key);
    },
  };
}
