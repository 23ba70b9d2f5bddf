/** Text that a process wrote → the type that the task declares for it. One type is one row. */
import { isJsonObject, type Json } from '../../engine/core/json.ts';
import type { ValueSpec } from '../../engine/core/plan.ts';

export type Converted = { readonly value: Json } | { readonly problem: string };

type Conversion = (text: string) => Json | undefined;

/** Types that are not here stay text. A conversion answers undefined for text that does not fit. */
const CONVERSIONS: ReadonlyMap<ValueSpec['type'], Conversion> = new Map<ValueSpec['type'], Conversion>([
  ['integer', toInteger],
  ['number', toNumber],
  ['boolean', toBoolean],
  ['array', (text) => ifJson(text, Array.isArray)],
  ['object', (text) => ifJson(text, isJsonObject)],
]);

/** `problem` is the rest of a sentence that begins with the output's name. */
export function convertText(text: string, spec: ValueSpec | undefined): Converted {
  if (spec === undefined) return { value: text };
  if (spec.type === 'enum') return { value: spec.enum?.find((one) => String(one) === text) ?? text };
  const convert = CONVERSIONS.get(spec.type);
  if (!convert) return { value: text };
  const value = convert(text.trim());
  if (value !== undefined) return { value };
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  return { problem: `is declared as ${spec.type}, but its text is ${shown}.` };
}

function toInteger(text: string): number | undefined {
  const value = Number(text);
  return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(value) ? value : undefined;
}

function toNumber(text: string): number | undefined {
  const value = Number(text);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(value) ? value : undefined;
}

function toBoolean(text: string): boolean | undefined {
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
}

function ifJson(text: string, fits: (value: unknown) => boolean): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return fits(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
