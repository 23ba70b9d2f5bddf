/** Fields of a form as state: what is typed, what it means, and what is wrong with it. */
import { useState } from 'react';
import { Problem } from '../api/http.ts';
import { FormField } from '../workflows/form-field.tsx';
import { type Read, readTyped, type Typed, textOf } from '../workflows/input-values.ts';
import type { Field } from '../workflows/queries.ts';

export type Fields = { readonly [name: string]: Field };

export interface DeclaredForm {
  readonly read: Read;
  /** Shows what does not fit; whether all does. */
  check(): boolean;
  /** Puts what the server says of `member` of the body at its fields. */
  refuse(thrown: unknown, member: string): void;
  readonly fields: React.ReactNode;
}

export function useDeclaredForm(declared: Fields): DeclaredForm {
  const [typed, setTyped] = useState<Typed>(() =>
    Object.fromEntries(Object.entries(declared).map(([name, field]) => [name, textOf(field)])),
  );
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map());
  const read = readTyped(declared, typed);
  return {
    read,
    check() {
      setProblems(read.problems);
      return read.problems.size === 0;
    },
    refuse(thrown, member) {
      setProblems(problemsOf(thrown, member));
    },
    fields: Object.entries(declared).map(([name, field]) => (
      <FormField
        key={name}
        name={name}
        field={field}
        text={typed[name] ?? ''}
        problem={problems.get(name)}
        onChange={(text) => {
          setTyped({ ...typed, [name]: text });
          setProblems(new Map([...problems].filter(([other]) => other !== name)));
        }}
      />
    )),
  };
}

/** It stands at the fields of the inputs, and need not be said again. */
export function isOfInputs(thrown: unknown): boolean {
  return problemsOf(thrown, 'inputs').size > 0;
}

function problemsOf(thrown: unknown, member: string): ReadonlyMap<string, string> {
  if (!(thrown instanceof Problem)) return new Map();
  const start = `/body/${member}/`;
  return new Map(
    thrown.fields.flatMap(({ pointer, detail }) => {
      const name = pointer.startsWith(start) ? pointer.slice(start.length).split('/')[0] : undefined;
      return name === undefined ? [] : [[name, detail] as const];
    }),
  );
}
