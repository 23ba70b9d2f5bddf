/** How a key that was given a value of another kind is written, with that value in it where it fits. */
import { isJsonObject, type Json } from '../../engine/core/json.ts';

type Shape = (value: string) => string;

/** Keys that take a map or a list, and for which a short form comes to mind. */
const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['concurrency', (value) => `{ key: NAME, limit: ${isNumber(value) ? value : 1} }`],
  ['rate_limit', (value) => `{ key: NAME, limit: ${isNumber(value) ? value : 10}, per: 1s }`],
  ['repeat', (value) => (isNumber(value) ? `{ max: ${value} }` : '{ until: CONDITION, delay: 10s }')],
  ['cache', (value) => `{ key: ${isText(value) ? value : 'NAME'} }`],
  ['compensate', (value) => `{ run: ${isText(value) ? value : 'COMMAND'} }`],
  ['callback', (value) => `{ url: ${isText(value) ? value : 'https://…'} }`],
  ['worker_labels', (value) => `{ ${isText(value) ? value : 'NAME'}: true }`],
  ['after', (value) => `{ workflow: ${isText(value) ? value : 'NAME'} }`],
  ['webhook', (value) => `{ path: ${isText(value) ? value : 'PATH'}, secret: NAME }`],
  ['kafka', (value) => `{ topic: ${isText(value) ? value : 'NAME'} }`],
  ['secrets', (value) => `[${isText(value) ? value : 'NAME'}]`],
  ['inputs', () => '{ NAME: TYPE }'],
  ['env', () => '{ NAME: VALUE }'],
  ['with', () => '{ OPTION: VALUE }'],
  ['defaults', () => '{ retry: 2, timeout: 5m }'],
]);

/** A hint, or undefined when the kind that is expected has no such form. */
export function shapeHint(key: string, value: Json | undefined, expected: string): string | undefined {
  if (expected === 'a list' && isJsonObject(value))
    return 'Put it in a list: write `- ` before its first key.';
  const shape = SHAPES.get(key);
  return shape && /map|list/.test(expected) ? `Write \`${key}: ${shape(textOf(value))}\`.` : undefined;
}

/** The value, or the first of a list, as it may stand in a hint. */
function textOf(value: Json | undefined): string {
  const one: Json | undefined = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' || typeof one === 'number' ? String(one).slice(0, 60) : '';
}

function isNumber(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text);
}

function isText(text: string): boolean {
  return text !== '' && !/[`\n\r:#{}[\],]|^\s|\s$|^["'&*!|>%@-]/.test(text.replace(/^https?:/, ''));
}
