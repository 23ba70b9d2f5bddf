/**
 * `cache`: before the work, a worker asks whether the same work succeeded before, and after a success it says so. Whatever goes
 * wrong with it, the work is done: a cache may cost time, never a result.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import type { OutputsRef } from '../../core/large-outputs.ts';
import type { ArtifactRef, AttemptResult, Ticket } from '../../core/ticket.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { CacheEntry, CacheStore } from '../../ports/cache-store.ts';
import type { Clock } from '../../ports/clock.ts';
import { artifactKey } from '../files/artifact-key.ts';
import type { OutputStore } from '../files/output-store.ts';
import { digestFiles } from '../source/source-digest.ts';

/** How long a success may be reused where `ttl` does not say, ms. */
const DEFAULT_TTL_MS = 30 * 24 * 3_600_000;

export interface CacheTools {
  readonly cache: CacheStore;
  readonly artifacts: ArtifactStore;
  readonly outputs: OutputStore | undefined;
  readonly clock: Clock;
}

export interface AttemptCacheOptions extends CacheTools {
  readonly ticket: Ticket;
  readonly sourceDirectory: string | undefined;
  /** Says something in the attempt's log. */
  readonly say: (text: string) => void;
}

/** A former success, as an outcome of this attempt. */
export interface Reused extends AttemptResult {
  readonly cached: string;
}

export class AttemptCache {
  readonly #options: AttemptCacheOptions;
  #key: string | undefined;

  constructor(options: AttemptCacheOptions) {
    this.#options = options;
  }

  /** @throws TaskFailure invalid_options for paths that lead out of the workflow's folder. */
  async find(): Promise<Reused | undefined> {
    const { cache, say } = this.#options;
    this.#key = await this.#findKey();
    if (this.#key === undefined) return undefined;
    try {
      const entry = await cache.get(this.#key);
      return entry && (await this.#reuse(this.#key, entry));
    } catch (error) {
      say(`The cache could not be asked, so the work is done: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Keeps the success for others. */
  async keep(result: AttemptResult): Promise<void> {
    if (this.#key === undefined) return;
    const { cache, ticket, clock, say } = this.#options;
    try {
      await cache.put(this.#key, { run: ticket.run, at: clock.now(), result }, this.#ttlMs());
    } catch (error) {
      say(`The result could not be kept in the cache: ${messageOf(error)}`);
    }
  }

  async #findKey(): Promise<string | undefined> {
    const { ticket, sourceDirectory, say } = this.#options;
    const { key, files } = ticket.cache ?? { key: '' };
    if (files === undefined) return key;
    if (sourceDirectory === undefined) {
      say("Not cached: `cache.files` needs the workflow's folder, and the run was started without it.");
      return undefined;
    }
    const { hash, unmatched } = await digestFiles(sourceDirectory, files);
    for (const glob of unmatched)
      say(`cache.files: nothing in the workflow's folder fits ${JSON.stringify(glob)}.`);
    return createHash('sha256').update(`${key}\n${hash}`).digest('hex');
  }

  async #reuse(key: string, entry: CacheEntry): Promise<Reused | undefined> {
    const { cache, clock, say, ticket } = this.#options;
    // It was done in this run, and somebody asks for it to be done again.
    if (entry.run === ticket.run && ticket.generation > 1) return undefined;
    const leftMs = entry.at + this.#ttlMs() - clock.now();
    if (leftMs <= 0) return undefined;
    const result = await this.#adopt(entry.result);
    if (result === undefined) {
      say(
        `The result of run ${entry.run} is in the cache, but its artifacts are gone: the work is done again.`,
      );
      return undefined;
    }
    say(`Reused the result of run ${entry.run}.`);
    if (!result.artifacts && !result.large) return { ...result, cached: entry.run };
    // From now on the files of this run stand for it: the former run may be removed.
    await cache.put(key, { ...entry, result }, leftMs);
    return { ...result, cached: entry.run };
  }

  /** The result with copies of its files that belong to this run, or undefined when one is gone or damaged. */
  async #adopt({ outputs, large, artifacts = {} }: AttemptResult): Promise<AttemptResult | undefined> {
    const adopted: [string, ArtifactRef][] = [];
    for (const [name, ref] of Object.entries(artifacts)) {
      const copy = await this.#copy(ref);
      if (copy === undefined) return undefined;
      adopted.push([name, copy]);
    }
    const own = large && (await this.#copyOutputs(large));
    if (large && !own) return undefined;
    return {
      outputs,
      ...(own ? { large: own } : {}),
      ...(adopted.length > 0 ? { artifacts: Object.fromEntries(adopted) } : {}),
    };
  }

  async #copyOutputs(ref: OutputsRef): Promise<OutputsRef | undefined> {
    const { outputs, ticket } = this.#options;
    const values = await outputs?.get(ref);
    if (!outputs || !values) return undefined;
    const file = `outputs/${ref.sha256.slice(0, 32)}`;
    await outputs.put(ticket.run, file, JSON.stringify(values));
    return { ...ref, run: ticket.run, file };
  }

  async #copy(ref: ArtifactRef): Promise<ArtifactRef | undefined> {
    const { artifacts, ticket } = this.#options;
    const bytes = await artifacts.get(ref.run, ref.artifact);
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== ref.sha256)
      return undefined;
    const key = artifactKey(ticket, basename(ref.artifact), ref.sha256);
    await artifacts.put(ticket.run, key, bytes);
    return { ...ref, artifact: key, run: ticket.run };
  }

  #ttlMs(): number {
    return this.#options.ticket.cache?.ttl_ms ?? DEFAULT_TTL_MS;
  }
}
