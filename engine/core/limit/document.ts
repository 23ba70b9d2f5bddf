/**
 * What a limit stores: one definition, one document for each holder and for each that waits, and for a rate limit what was
 * used of its window. Holders of a rate limit count for nothing: they are kept so that a repeated ask takes no units again.
 */
import type { ActorState } from '../actor.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { UsedUnits } from './window.ts';

export interface LimitDefinition {
  /** Holders at once, or units in a window. 0 lets nobody in. */
  readonly limit: number;
  /** Length of the window, ms; of rate limits only. */
  readonly perMs?: number;
  /** An operator's number stands until it is reset, whatever workflows declare. */
  readonly by: 'workflow' | 'operator';
  /** Who set it, as they said; of an operator's number. */
  readonly name?: string;
  readonly declared?: Declaration;
  /** The declaration that the newest one has replaced, where the two differ. */
  readonly differs?: Declaration;
}

export interface Declaration {
  readonly limit: number;
  readonly perMs?: number;
  readonly workflow: string;
  /** Start of the run that brought it, ms: the newest run's holds. */
  readonly at: number;
}

/** One that holds a limit, or waits for it. */
export interface LimitEntry {
  readonly run: string;
  /** −1 for a whole run. */
  readonly node: number;
  readonly generation: number;
  readonly attempt: number;
  /** When it asked, by its own shard's time, ms: what was given back before that is not this. */
  readonly at: number;
  /** When it began to wait, or to hold, by the limit's time, ms. */
  readonly since: number;
  /** Start of its run, ms. */
  readonly born: number;
  /** 0 lowest to 9. */
  readonly priority: number;
  readonly fairness: string;
  /** Units of a rate limit; 1 for all others. */
  readonly cost: number;
  readonly workflow: string;
  /** The node's name, such as `resize[3]`; empty for a whole run. */
  readonly label: string;
  /** Of a run that the limit has asked to end, in favour of newer ones. */
  readonly ending?: true;
}

/** As people know it: `deploy of run 01J…`. */
export function describeEntry({ run, label, workflow }: LimitEntry): string {
  return label === '' ? `run ${run} of ${workflow}` : `${label} of run ${run}`;
}

const DEFINITION = 'limit';
const USED = 'used';
const HOLDS = 'h/';
const WAITS = 'w/';

export const FIELDS = {
  definition: DEFINITION,
  used: USED,
  holder: (name: string) => HOLDS + name,
  waiter: (name: string) => WAITS + name,
};

/** What a field holds; undefined: something of a later version. */
export function partOf(
  field: string,
): { readonly part: 'holder' | 'waiter'; readonly name: string } | undefined {
  if (field.startsWith(HOLDS)) return { part: 'holder', name: field.slice(HOLDS.length) };
  if (field.startsWith(WAITS)) return { part: 'waiter', name: field.slice(WAITS.length) };
  return undefined;
}

export function readDefinition(documents: ActorState): LimitDefinition | undefined {
  const found = documents.get(DEFINITION);
  return isJsonObject(found) ? (found as unknown as LimitDefinition) : undefined;
}

export function readUsed(documents: ActorState): UsedUnits {
  const found = documents.get(USED);
  return Array.isArray(found) ? (found as unknown as UsedUnits) : [];
}

export function readEntry(document: Json | undefined): LimitEntry | undefined {
  return isJsonObject(document) ? (document as unknown as LimitEntry) : undefined;
}
