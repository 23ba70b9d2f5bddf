import type { TaskError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { SomebodysTurn } from './waiting.ts';

/** What an engine executor answers. */
export type EngineOutcome =
  | { readonly kind: 'succeeded'; readonly outputs: { readonly [name: string]: Json } }
  | { readonly kind: 'failed'; readonly error: TaskError }
  /** Wait until this time (ms since 1970), then succeed with these outputs. */
  | { readonly kind: 'wait'; readonly until: number; readonly outputs: { readonly [name: string]: Json } }
  /** Wait until somebody says something. */
  | SomebodysTurn;

/** The engine executors by name, as `decide` needs them: pure functions of resolved options and the node's fixed time. */
export type EngineActions = ReadonlyMap<string, (options: JsonObject, now: number) => EngineOutcome>;
