/** One way through all keys, in pieces: what might be an orphan is gathered, what is well leaves nothing behind. */
import { isRunId, shardOf } from '../../core/run-id.ts';
import type { Connections } from '../connection.ts';
import { type KeyPlace, prefixOf, readKey } from '../read-key.ts';
import { escapeGlob, SMALL_PIECE, scan, scanKeys } from '../scan.ts';
import { unlisted } from './listed.ts';
import { Mentions } from './mentions.ts';
import { readHeaders, withoutHeader } from './runs-seen.ts';

export interface Survey {
  /** Shard and id → keys of runs without a header, or of source bundles. */
  readonly strays: ReadonlyMap<string, Stray>;
  /** Copies of plans. */
  readonly plans: readonly PlanCopy[];
  readonly workflows: readonly StoredWorkflow[];
  readonly mentions: Mentions;
  /** Runs in the lists that are not there. */
  readonly lines: ReadonlySet<string>;
  readonly unlisted: ReadonlySet<string>;
}

export interface Stray {
  readonly shard: number;
  readonly run: string;
  readonly keys: ReadonlySet<string>;
}

export interface PlanCopy {
  readonly hash: string;
  readonly key: string;
  /** Undefined: of an applied workflow. */
  readonly shard: number | undefined;
}

/** As it was started last. */
export interface StoredWorkflow {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
}

export interface SurveyOptions {
  readonly shards: number;
  /** `shared`: only what runs share, and what mentions it; lists of runs, and what else runs have left, are not looked at. */
  readonly of: 'all' | 'shared';
}

/** Yields after each piece, so that whoever goes through it can rest. */
export async function* survey(
  connections: Connections,
  options: SurveyOptions,
): AsyncGenerator<void, Survey> {
  const surveyor = new Surveyor(connections, options);
  const prefix = prefixOf(connections.keys);
  for await (const piece of scanKeys(connections, `${escapeGlob(prefix)}*`)) {
    await surveyor.look(prefix, piece);
    yield;
  }
  yield* surveyor.end();
  return surveyor;
}

interface Found<Kind extends KeyPlace['kind']> {
  readonly key: string;
  readonly place: Extract<KeyPlace, { kind: Kind }>;
}

/** Pieces of source bundles, and the lists of them. */
const ARTIFACT = /\}:blobs?:[^:]+/;

class Surveyor implements Survey {
  readonly strays = new Map<string, Stray & { readonly keys: Set<string> }>();
  readonly plans: PlanCopy[] = [];
  readonly workflows: StoredWorkflow[] = [];
  readonly mentions = new Mentions();
  readonly lines = new Set<string>();
  readonly unlisted = new Set<string>();
  readonly #connections: Connections;
  readonly #shards: number;
  readonly #ofAll: boolean;
  readonly #definitions: string[] = [];
  readonly #lists: string[] = [];

  constructor(connections: Connections, { shards, of }: SurveyOptions) {
    this.#connections = connections;
    this.#shards = shards;
    this.#ofAll = of === 'all';
  }

  async look(prefix: string, keys: readonly string[]): Promise<void> {
    const found = keys.flatMap((key) => {
      const place = readKey(prefix, key);
      return place === undefined ? [] : [{ key, place }];
    });
    const of = <Kind extends KeyPlace['kind']>(kind: Kind) =>
      found.filter(({ place }) => place.kind === kind) as unknown as Found<Kind>[];
    for (const { key, place } of of('plan')) this.plans.push({ hash: place.hash, key, shard: place.shard });
    for (const { key, place } of of('definition plan'))
      this.plans.push({ hash: place.hash, key, shard: undefined });
    for (const { key } of of('definition')) this.#definitions.push(key);
    for (const { key, place } of of('workflow')) this.workflows.push({ key, ...place });
    await Promise.all([
      this.#lookAtHeaders(of('header')),
      this.#lookAtKeys(of('of run').filter(({ key }) => this.#ofAll || ARTIFACT.test(key))),
    ]);
    if (!this.#ofAll) return;
    for (const { key } of of('list')) this.#lists.push(key);
    await this.#lookAtLines(of('line').map(({ place }) => place.run));
  }

  /** What stands in sets, and what documents mention. */
  async *end(): AsyncGenerator<void> {
    const connections = this.#connections;
    const { call } = connections;
    if (this.#ofAll) yield* this.#lookAtLists();
    for (let shard = 0; shard < this.#shards; shard++) yield* this.mentions.noteShard(connections, shard);
    for (const key of this.#definitions) {
      for (const text of (await call('hvals', [key])) as string[]) this.mentions.note(text);
      yield;
    }
    for (const { key } of this.workflows) {
      for (const text of (await call('hvals', [key])) as string[]) this.mentions.noteHashes(text);
      yield;
    }
    yield* this.mentions.notePlans(connections, new Map(this.plans.map(({ hash, key }) => [hash, key])));
  }

  async *#lookAtLists(): AsyncGenerator<void> {
    const connections = this.#connections;
    for (const list of this.#lists)
      for await (const piece of scan(connections, 'zscan', list, SMALL_PIECE)) {
        await this.#lookAtLines(piece.filter((run, at) => at % 2 === 0 && isRunId(run)));
        yield;
      }
    for (let shard = 0; shard < this.#shards; shard++)
      for await (const live of scan(connections, 'sscan', connections.keys.live(shard), SMALL_PIECE)) {
        for (const { run } of await withoutHeader(connections, named(shard, live))) this.#stray(shard, run);
        yield;
      }
  }

  async #lookAtHeaders(found: readonly Found<'header'>[]): Promise<void> {
    const seen = await readHeaders(
      this.#connections,
      found.map(({ place }) => place),
    );
    const headers = seen.flatMap((one) => (one === undefined ? [] : [one]));
    for (const { text } of headers) this.mentions.note(text);
    if (!this.#ofAll) return;
    const missing = await unlisted(
      this.#connections,
      headers.map(({ header }) => header),
    );
    for (const run of missing) this.unlisted.add(run);
  }

  async #lookAtKeys(found: readonly Found<'of run'>[]): Promise<void> {
    const gone = await withoutHeader(
      this.#connections,
      found.map(({ place }) => place),
    );
    const strays = new Set(gone.map(({ shard, run }) => `${shard} ${run}`));
    for (const { key, place } of found)
      if (strays.has(`${place.shard} ${place.run}`)) this.#stray(place.shard, place.run, key);
  }

  async #lookAtLines(runs: readonly string[]): Promise<void> {
    const places = runs.map((run) => ({ run, shard: shardOf(run, this.#shards) }));
    for (const { run } of await withoutHeader(this.#connections, places)) this.lines.add(run);
  }

  #stray(shard: number, run: string, key?: string): void {
    const name = `${shard} ${run}`;
    const stray = this.strays.get(name) ?? { shard, run, keys: new Set<string>() };
    this.strays.set(name, stray);
    // A key may come twice in one scan.
    if (key !== undefined) stray.keys.add(key);
  }
}

function named(shard: number, runs: readonly string[]) {
  return runs.filter(isRunId).map((run) => ({ shard, run }));
}
