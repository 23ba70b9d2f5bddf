/** Values of the wrong kind, or none where one is needed. */
import { isJsonObject, type Json } from '../../engine/core/json.ts';
import { describeValue } from '../describe-value.ts';
import { DURATION_KEYS } from '../schema/common.ts';
import { capital, type Place } from './place.ts';
import { shapeHint } from './shape.ts';

export function reportMissing({ document, path, label }: Place): void {
  document.error({
    code: 'missing_key',
    path: path.slice(0, -1),
    message: `${capital(label)} is missing here.`,
    hint: `Add ${label}.`,
  });
}

export function reportEmpty({ document, path, label }: Place): void {
  document.error({
    code: 'empty_value',
    path,
    message: `${capital(label)} has no value.`,
    hint: 'Give it a value, or remove it.',
  });
}

export function reportExpression({ document, path, label }: Place): void {
  const message = `${capital(label)} takes no expression: it must be known before the run starts.`;
  document.error({ code: 'expression_not_allowed', path, message });
}

export function reportType({ document, path, label, value }: Place, expected: string): void {
  const key = path.at(-1);
  if (typeof value === 'number' && typeof key === 'string' && DURATION_KEYS.has(key)) {
    const message = `${capital(label)} is a duration and needs a unit, but this is ${describeValue(value)}.`;
    document.error({
      code: 'bare_duration',
      path,
      message,
      hint: `Write ${value}s for seconds, or ${value}m for minutes.`,
    });
    return;
  }
  const message = `${capital(label)} must be ${expected}, but this is ${describeValue(value ?? null)}.`;
  const hint = hintForType(value, expected) ?? shapeHint(String(key), value, expected);
  document.error({ code: 'wrong_type', path, message, hint });
}

function hintForType(value: Json | undefined, expected: string): string | undefined {
  if (typeof value === 'string' && expected.includes('true')) {
    if (/^(yes|on|y)$/i.test(value)) return 'In YAML 1.2 only `true` is true. Write true.';
    if (/^(no|off|n)$/i.test(value)) return 'In YAML 1.2 only `false` is false. Write false.';
  }
  if (
    typeof value === 'string' &&
    expected.includes('number') &&
    value.trim() !== '' &&
    Number.isFinite(Number(value))
  )
    return `Write ${value} without quotes.`;
  if (expected === 'text or a list' && isJsonObject(value))
    return 'Put it in a list: write `- ` before its first key.';
  if (!expected.startsWith('text')) return undefined;
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  if (isScalar && !expected.includes('map')) return `Write "${value}" in quotes.`;
  // Of a key that takes a map as well, the map was meant.
  if (expected.includes('map')) return undefined;
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  const only = entries.length === 1 ? entries[0] : undefined;
  return only && typeof only[1] !== 'object'
    ? `A text that holds a colon and a space needs quotes: "${only[0]}: ${only[1]}".`
    : undefined;
}
