interface Keys {
  readonly keys: readonly string[];
  /** Of their node, from before they were looked for (idle-mark.lua); '' when their idle times could not be relied on. */
  readonly mark: string;
}

/** What stands in Redis though nothing refers to it any more, or is missing where it should be found. */
export type Orphan =
  /** Keys of a run whose header is not there, or only its entry among runs that go on. */
  | ({ readonly kind: 'run'; readonly shard: number; readonly name: string } & Keys)
  /** The flight of a run that is gone or has ended. */
  | { readonly kind: 'flight'; readonly shard: number; readonly name: string; readonly value: string }
  /** A plan that no run, definition, schedule or other plan names. */
  | ({
      readonly kind: 'plan';
      /** Undefined: of an applied workflow. */
      readonly shard: number | undefined;
      readonly name: string;
    } & Keys)
  /** A source bundle that no run or definition names; by its id. */
  | ({ readonly kind: 'source'; readonly shard: number; readonly name: string } & Keys)
  /** A run in the lists that is not there. */
  | { readonly kind: 'line'; readonly name: string }
  /** A run that is there, but not in its lists, or with another status. */
  | { readonly kind: 'unlisted'; readonly name: string };

export type OrphanKind = Orphan['kind'];

export function identityOf(orphan: Orphan): string {
  return `${orphan.kind} ${orphan.name}`;
}
