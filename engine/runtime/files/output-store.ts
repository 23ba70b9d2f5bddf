/**
 * Where large outputs are kept: near (on the run's slot) what fits there, what is larger in the artifact store that the user
 * named, if any. Where a file is follows from its size alone. Files go with their run.
 */
import type { JsonObject } from '../../core/json.ts';
import { type OutputBounds, type OutputsRef, readOutputsFile } from '../../core/large-outputs.ts';
import { MAX_OUTPUT_BYTES } from '../../core/output-size.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';

export interface OutputStore extends OutputBounds {
  /** Idempotent. */
  put(run: string, file: string, text: string): Promise<void>;
  /** All outputs; undefined when the file is gone, or is not what the reference says. */
  get(ref: OutputsRef): Promise<JsonObject | undefined>;
}

export interface OutputStoreOptions {
  readonly near: ArtifactStore;
  /** Takes what is too large for `near`. All roles must know the same one. */
  readonly far?: ArtifactStore;
  /** Outputs of more bytes than this leave the run's state. Default 32 KiB. */
  readonly inlineBytes?: number;
  /** Largest outputs of one node, bytes of JSON. Default 64 MiB, or what the stores take. */
  readonly maxBytes?: number;
}

const INLINE_BYTES = 32 * 1_024;

export function createOutputStore({ near, far, inlineBytes, maxBytes }: OutputStoreOptions): OutputStore {
  const storeOf = (bytes: number) => (far && bytes > near.maxBytes ? far : near);
  return {
    inlineBytes: inlineBytes ?? INLINE_BYTES,
    maxBytes: Math.min(maxBytes ?? MAX_OUTPUT_BYTES, Math.max(near.maxBytes, far?.maxBytes ?? 0)),
    async put(run, file, text) {
      const bytes = Buffer.from(text);
      await storeOf(bytes.length).put(run, file, bytes);
    },
    async get(ref) {
      const bytes = await storeOf(ref.bytes).get(ref.run, ref.file);
      return bytes && readOutputsFile(ref, bytes);
    },
  };
}
