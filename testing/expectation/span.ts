import type { Path } from '../../dsl/position.ts';
import { formatDuration, parseDuration } from '../../engine/core/duration.ts';
import type { SpanExpectation } from '../test-file/schema.ts';
import type { Unmet } from './unmet.ts';

/** Virtual time against a duration, or against the least and the most. */
export function checkSpan(
  expected: SpanExpectation | undefined,
  actualMs: number | undefined,
  { path, name }: { readonly path: Path; readonly name: string },
): Unmet[] {
  if (expected === undefined) return [];
  const took = actualMs === undefined ? 'it did not end' : `it took ${formatDuration(actualMs)}`;
  const actual = actualMs === undefined ? null : formatDuration(actualMs);
  const unmet = (wanted: string, text: string, at: Path): Unmet => ({
    path: at,
    message: `${name}: expected to take ${wanted}, but ${took}`,
    expected: text,
    actual,
  });
  if (typeof expected === 'string')
    return parseDuration(expected) === actualMs ? [] : [unmet(`exactly ${expected}`, expected, path)];
  const { min, max } = expected;
  const ms = actualMs ?? Number.NaN;
  return [
    ...(min !== undefined && !(ms >= (parseDuration(min) ?? 0))
      ? [unmet(`at least ${min}`, min, [...path, 'min'])]
      : []),
    ...(max !== undefined && !(ms <= (parseDuration(max) ?? 0))
      ? [unmet(`at most ${max}`, max, [...path, 'max'])]
      : []),
  ];
}
