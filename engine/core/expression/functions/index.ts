/** All functions, by theme. A new one is a row in one of these tables. Names are known in any case, as in GitHub. */
import type { Evaluation } from '../evaluation.ts';
import type { ScopeValue } from '../scope.ts';
import { type Argument, Call } from './call.ts';
import { CHOICE_FUNCTIONS } from './choice.ts';
import { DATE_FUNCTIONS } from './date.ts';
import type { FunctionRow, Signature } from './function.ts';
import { JSON_FUNCTIONS } from './json.ts';
import { LIST_FUNCTIONS } from './list.ts';
import { NUMBER_FUNCTIONS } from './number.ts';
import { TEXT_FUNCTIONS } from './text.ts';

export interface KnownFunction extends Signature {
  readonly name: string;
  call(args: readonly Argument[], run: Evaluation): ScopeValue;
}

const ROWS: readonly (readonly [string, FunctionRow])[] = [
  CHOICE_FUNCTIONS,
  TEXT_FUNCTIONS,
  LIST_FUNCTIONS,
  NUMBER_FUNCTIONS,
  JSON_FUNCTIONS,
  DATE_FUNCTIONS,
].flatMap((table: Record<string, FunctionRow>) => Object.entries(table));

/** For the evaluator, by exact name. */
export const FUNCTION_TABLE: ReadonlyMap<string, KnownFunction> = new Map(
  ROWS.map(([name, [minArgs, maxArgs, summary, body]]) => {
    const call: KnownFunction['call'] = (args, run) => body(new Call(name, args, run));
    return [name, { name, minArgs, maxArgs, summary, call }];
  }),
);

/** For people: how each function may be called, and what it is for. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = FUNCTION_TABLE;

const BY_FOLDED_NAME = new Map(
  [...FUNCTION_TABLE.values()].map((known) => [known.name.toLowerCase(), known]),
);

/** The function of that name in any case. */
export function findFunction(name: string): KnownFunction | undefined {
  return BY_FOLDED_NAME.get(name.toLowerCase());
}
