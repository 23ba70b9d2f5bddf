/** From declarations of inputs and outputs to TypeScript types. Types only. */
import type { Json } from '../engine/core/json.ts';

/** A declaration as it is written: a type's name, or the full form. */
export type Declared =
  | TypeName
  | {
      readonly type: TypeName;
      readonly default?: Json;
      readonly required?: boolean;
      readonly description?: string;
      readonly enum?: readonly Json[];
      readonly minimum?: number;
      readonly maximum?: number;
      readonly pattern?: string;
      readonly items?: Declared;
      readonly properties?: { readonly [name: string]: Declared };
    };

export type TypeName =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'enum'
  | 'date'
  | 'datetime'
  | 'duration'
  | 'array'
  | 'object';

export type Declarations = { readonly [name: string]: Declared };

/** The type of a value that fits a declaration. */
export type ValueOf<D> = D extends { readonly enum: readonly (infer E)[] }
  ? E
  : D extends { readonly type: infer T }
    ? T extends 'array'
      ? readonly (D extends { readonly items: infer I } ? ValueOf<I> : Json)[]
      : T extends 'object'
        ? D extends { readonly properties: infer P }
          ? { readonly [N in keyof P]?: ValueOf<P[N]> | null } & { readonly [name: string]: Json | undefined }
          : { readonly [name: string]: Json }
        : Plain<T>
    : D extends 'array'
      ? readonly Json[]
      : D extends 'object'
        ? { readonly [name: string]: Json }
        : Plain<D>;

type Plain<T> = T extends 'integer' | 'number'
  ? number
  : T extends 'boolean'
    ? boolean
    : T extends 'string' | 'date' | 'datetime' | 'duration'
      ? string
      : Json;

type RequiredNames<S> = { [N in keyof S]: S[N] extends { readonly required: true } ? N : never }[keyof S];

/** What a start takes: a name is optional unless its declaration says `required: true`. */
export type InputsOf<S> = { readonly [N in RequiredNames<S>]: ValueOf<S[N]> } & {
  readonly [N in Exclude<keyof S, RequiredNames<S>>]?: ValueOf<S[N]> | null;
};
