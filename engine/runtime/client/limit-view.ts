/** Limits as people see them: read from what their actors store, and changed by asking the actors. */
import { documentKey } from '../../core/actor.ts';
import { SluiceError, type SluiceErrorCode } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { LIMIT_PREFIX, type LimitName, limitAddress, parseLimitAddress } from '../../core/limit/address.ts';
import { listEntries } from '../../core/limit/book.ts';
import {
  type LimitDefinition,
  type LimitEntry,
  readDefinition,
  readUsed,
} from '../../core/limit/document.ts';
import { freeAt, sumOfUnits, unitsInWindow } from '../../core/limit/window.ts';
import type { Answer } from '../../core/message.ts';
import { shardOf } from '../../core/run-id.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import { byActor, readAllActors } from './all-actors.ts';

export interface LimitView extends LimitName {
  readonly address: string;
  /** Undefined while nothing has declared it. */
  readonly definition: LimitDefinition | undefined;
  /** Of a rate limit: those whose attempt has not ended; they count for nothing. */
  readonly holders: readonly LimitEntry[];
  /** In the order in which they will be served. */
  readonly waiters: readonly LimitEntry[];
  /** Units of the present window; of rate limits only. */
  readonly usedUnits: number;
  /** When whoever is first will be let in, ms; of rate limits that somebody waits for. */
  readonly freeAt: number | undefined;
}

type Reading = Pick<ClientStore, 'readActors' | 'now'>;

/** All limits in use or set by an operator, by namespace and key. */
export async function readLimits(store: Reading, shards: number): Promise<LimitView[]> {
  const now = await store.now();
  const documents = byActor(await readAllActors(store, shards, LIMIT_PREFIX));
  const views = [...documents].map((one) => viewLimit(one, now));
  return views.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

/** Both limits of the key, as far as they are in use. */
export async function readLimit(
  store: Reading,
  { namespace, key }: Omit<LimitName, 'kind'>,
  shards: number,
): Promise<LimitView[]> {
  const now = await store.now();
  const found: LimitView[] = [];
  for (const kind of ['concurrency', 'rate'] as const) {
    const address = limitAddress(kind, namespace, key);
    const prefix = documentKey(address, '');
    const documents = byActor(await store.readActors(shardOf(address, shards), prefix));
    for (const one of documents) found.push(viewLimit(one, now));
  }
  return found;
}

function orderOf({ namespace, key, kind }: LimitView): string {
  return `${namespace}\n${key}\n${kind}`;
}

function viewLimit([address, documents]: readonly [string, Map<string, Json>], now: number): LimitView {
  const definition = readDefinition(documents);
  const perMs = definition?.perMs;
  const used = perMs === undefined ? [] : unitsInWindow(readUsed(documents), perMs, now);
  const { holders, waiters } = listEntries(documents);
  const first = waiters[0];
  const free =
    first && definition && perMs !== undefined
      ? freeAt(
          used,
          { limit: definition.limit, perMs },
          { now, units: Math.min(first.cost, definition.limit) },
        )
      : undefined;
  return {
    ...parseLimitAddress(address),
    address,
    definition,
    holders,
    waiters,
    usedUnits: sumOfUnits(used),
    freeAt: free,
  };
}

export interface LimitChange {
  /** `set`: to `limit`, and of a rate limit `perMs`. `reset`: to what workflows declare. */
  readonly name: 'set' | 'reset';
  readonly limit?: number;
  readonly perMs?: number;
  readonly by?: string;
  /** Unique: a repeat is answered as the first. */
  readonly request: string;
}

/** The number before and after; null for none. */
export interface LimitChanged {
  readonly before: number | null;
  readonly limit: number | null;
}

/** How long an orchestrator may take to answer, ms. */
const PATIENCE_MS = 10_000;

/** @throws SluiceError no_answer, limit_not_found, redis_unreachable */
export async function changeLimit(
  store: Pick<ClientStore, 'send' | 'readAnswer'>,
  { kind, namespace, key }: LimitName,
  { name, limit, perMs, by, request }: LimitChange,
): Promise<LimitChanged> {
  const to = limitAddress(kind, namespace, key);
  const body = {
    ...(limit === undefined ? {} : { limit }),
    ...(perMs === undefined ? {} : { per_ms: perMs }),
    ...(by === undefined ? {} : { by }),
  };
  await store.send([{ type: 'actor', to, name, body, request }]);
  const answer = await store.readAnswer(to, request, PATIENCE_MS);
  if (!answer) {
    const text = `no orchestrator has answered for the limit "${key}" within ${PATIENCE_MS / 1_000} s; the change takes effect when one runs (sluice orchestrator)`;
    throw new SluiceError('no_answer', text);
  }
  return readChanged(answer, key);
}

function readChanged(answer: Answer, key: string): LimitChanged {
  if (!answer.ok) throw new SluiceError(answer.code as SluiceErrorCode, `limit "${key}": ${answer.message}`);
  const number = (value: Json | undefined) => (typeof value === 'number' ? value : null);
  return { before: number(answer['before']), limit: number(answer['limit']) };
}
