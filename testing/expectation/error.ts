import type { Path } from '../../dsl/position.ts';
import type { ErrorExpectation } from '../test-file/schema.ts';
import { shown } from './difference.ts';
import type { Unmet } from './unmet.ts';

/** An error of a run or of a node. */
export interface SeenError {
  readonly code: string;
  readonly message: string;
  readonly task?: string;
}

export function checkError(
  expected: ErrorExpectation | undefined,
  seen: SeenError | null,
  { path, name }: { readonly path: Path; readonly name: string },
): Unmet[] {
  if (expected === undefined) return [];
  const is = seen === null ? 'there is none' : `it is ${shown(`${seen.code}: ${seen.message}`)}`;
  const actual = seen === null ? null : { ...seen };
  if (expected === null)
    return seen === null ? [] : [{ path, message: `${name}: expected none, but ${is}`, expected, actual }];
  if (typeof expected === 'string') {
    if (seen !== null && `${seen.code}: ${seen.message}`.includes(expected)) return [];
    return [{ path, message: `${name}: expected ${shown(expected)} in it, but ${is}`, expected, actual }];
  }
  return (['code', 'message', 'task'] as const).flatMap((part) => {
    const wanted = expected[part];
    if (wanted === undefined) return [];
    const value = seen?.[part];
    const fits = part === 'message' ? value?.includes(wanted) === true : value === wanted;
    if (fits) return [];
    const found = part === 'task' && seen !== null ? `it is ${value ?? 'not of a task'}` : is;
    const message = `${name}: expected the ${part} ${shown(wanted)}, but ${found}`;
    return [{ path: [...path, part], message, expected: wanted, actual: value ?? null }];
  });
}
