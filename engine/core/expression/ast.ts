/** The parsed form of an expression: what the library's tree says, less what an evaluator does not need. */
import type { Json } from '../json.ts';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Node =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'not'; readonly operand: Node }
  | { readonly kind: 'comparison'; readonly operator: Comparison; readonly left: Node; readonly right: Node }
  | { readonly kind: 'logical'; readonly operator: '&&' | '||'; readonly operands: readonly Node[] }
  /** `name` is spelled as in the table of functions. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  /** A context, or the result of a call, and the members read from it one after another. */
  | { readonly kind: 'chain'; readonly root: string | Node; readonly steps: readonly Step[] };

export type Step =
  | { readonly kind: 'member'; readonly key: string | number }
  | { readonly kind: 'index'; readonly index: Node }
  | { readonly kind: 'filter' };

/**
 * A reference as it stands in the text: `tasks.a.outputs.x` is `['tasks', 'a', 'outputs', 'x']`.
 * `*` and parts known only at run time (`tasks[item]`) are `'*'`. The context's name is in lower case.
 */
export interface Reference {
  readonly path: readonly string[];
  /** Where it stands, in UTF-16 units of the expression's source. */
  readonly offset: number;
  readonly length: number;
  /** Stands in the first argument of `default()`, so that its absence is no error. */
  readonly mayBeAbsent: boolean;
}
