/** JSON to text and back. */
import { isJsonObject, type Json } from '../../json.ts';
import { jsonText } from '../json-text.ts';
import { finite } from '../value.ts';
import type { Call } from './call.ts';
import type { FunctionRow } from './function.ts';

export const JSON_FUNCTIONS = {
  toJSON: [1, 1, 'toJSON(x): JSON text, indented by two spaces', (c) => jsonText(c.value(0), 2, c.run)],
  fromJSON: [1, 1, 'fromJSON(text): the value that the JSON text stands for', fromJson],
} satisfies Record<string, FunctionRow>;

function fromJson(call: Call): Json {
  const text = call.anyText(0);
  call.run.checkTextLength(text.length);
  const value = parseJson(call, text);
  check(call, value, 0);
  return value;
}

/** The parser's own message quotes the text, which may hold a secret, so it is not shown. */
function parseJson(call: Call, text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw call.error(text.trim() === '' ? 'the text is empty' : 'the text is not JSON');
  }
}

/** `1e999` parses as infinity; the rest are the usual bounds. */
function check(call: Call, value: Json, depth: number): void {
  call.run.charge(1);
  if (typeof value === 'number') finite(value, 'A number in the JSON text');
  if (typeof value !== 'object' || value === null) return;
  call.run.checkDataDepth(depth);
  if (Array.isArray(value)) call.run.checkListLength(value.length);
  const inner: readonly Json[] = isJsonObject(value) ? Object.values(value) : (value as readonly Json[]);
  for (const item of inner) check(call, item, depth + 1);
}
