import type { ScopeValue } from '../scope.ts';
import type { Call } from './call.ts';

/** How a function may be called, and what it is for. */
export interface Signature {
  readonly minArgs: number;
  readonly maxArgs: number;
  /** How it is written, and in a few words what it answers. */
  readonly summary: string;
}

/** A row of the table of functions: fewest arguments, most arguments, summary, what it does. */
export type FunctionRow = readonly [
  minArgs: number,
  maxArgs: number,
  summary: string,
  run: (call: Call) => ScopeValue,
];

/** Most arguments of a function that takes any number. */
export const MANY = 255;
