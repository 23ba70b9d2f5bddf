/** The artifact store: immutable files by key. Keys come from `artifactKey`; a put of the same key twice is harmless. */

export interface ArtifactStore {
  /** Stores the bytes. @throws SluiceError output_too_large via the caller when above `maxBytes`. */
  put(run: string, key: string, bytes: Uint8Array): Promise<void>;
  get(run: string, key: string): Promise<Uint8Array | undefined>;
  /** Where people find it: a file path or URL, or undefined when it is only in the store. */
  locate(run: string, key: string): string | undefined;
  /** Removes all artifacts of a run. Absent: they go with the run's state. */
  remove?(run: string): Promise<void>;
  /** Ids under which something is kept, a page at a time; each once or more. Absent: it is beside the runs' state. */
  holders?(): AsyncIterable<readonly string[]>;
  /** Largest artifact it takes, bytes. */
  readonly maxBytes: number;
}
