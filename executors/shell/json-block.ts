import { isJsonObject, type JsonObject } from '../../engine/core/json.ts';

export type JsonBlock = { readonly value: JsonObject; readonly next: number } | { readonly problem: string };

/**
 * Reads the JSON object that begins at line index `at` and may span lines (as `jq .` prints it). `next` is the index
 * of the line after it. Only braces outside of strings count, so that one pass finds its end.
 */
export function readJsonObject(lines: readonly string[], at: number): JsonBlock {
  const end = lastLine(lines, at);
  if (end === undefined) return { problem: 'the JSON object that begins here is not closed.' };
  const value = parse(lines.slice(at, end + 1).join('\n'));
  if (value === undefined) return { problem: 'this is not valid JSON, though it begins with `{`.' };
  return { value, next: end + 1 };
}

function lastLine(lines: readonly string[], at: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let index = at; index < lines.length; index++) {
    for (const [token] of (lines[index] ?? '').matchAll(/\\.|["{}]/gs)) {
      if (token === '"') inString = !inString;
      else if (inString) continue;
      else if (token === '{') depth++;
      else if (token === '}') depth--;
    }
    if (depth <= 0) return index;
  }
  return undefined;
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
