/**
 * The text of `$SLUICE_OUTPUT` → outputs. Pure. Three forms may follow each other:
 * `name=value`, a JSON object whose members are merged, and a block `name<<EOF` … `EOF`. A later value wins.
 */
import type { Json, JsonObject } from '../../engine/core/json.ts';
import type { ValueSpec } from '../../engine/core/plan.ts';
import { readJsonObject } from './json-block.ts';
import { convertText } from './output-type.ts';

export type DeclaredOutputs = { readonly [name: string]: ValueSpec } | undefined;

/** A line that cannot be understood. `line` counts from 1. */
export class OutputSyntaxError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(`Line ${line} of $SLUICE_OUTPUT: ${message}`);
    this.name = 'OutputSyntaxError';
    this.line = line;
  }
}

const HEREDOC = /^([A-Za-z_][A-Za-z0-9_-]{0,63})<<(\S+)\s*$/;
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_-]{0,63})=(.*)$/s;

interface Reader {
  readonly lines: readonly string[];
  readonly outputs: Map<string, Json>;
  readonly declared: ReadonlyMap<string, ValueSpec>;
}

/** @throws OutputSyntaxError for the first line that does not fit. */
export function parseOutputFile(text: string, declared: DeclaredOutputs): JsonObject {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const reader = { lines, outputs: new Map(), declared: new Map(Object.entries(declared ?? {})) };
  for (let at = 0; at < lines.length; ) at = readEntry(reader, at);
  return Object.fromEntries(reader.outputs);
}

/** Reads the entry that begins at line index `at`; answers the index after it. */
function readEntry(reader: Reader, at: number): number {
  const line = reader.lines[at] ?? '';
  if (line.trim() === '') return at + 1;
  if (line.trimStart().startsWith('{')) return readMembers(reader, at);
  const heredoc = HEREDOC.exec(line);
  if (heredoc) return readHeredoc(reader, at, { name: heredoc[1] ?? '', end: heredoc[2] ?? '' });
  const assignment = ASSIGNMENT.exec(line);
  if (!assignment) throw new OutputSyntaxError(at + 1, explainLine(line));
  setText(reader, at, { name: assignment[1] ?? '', text: assignment[2] ?? '' });
  return at + 1;
}

function readHeredoc(reader: Reader, at: number, block: { name: string; end: string }): number {
  const end = reader.lines.indexOf(block.end, at + 1);
  if (end === -1) {
    const expected = `a line that is exactly ${JSON.stringify(block.end)}`;
    throw new OutputSyntaxError(
      at + 1,
      `the block \`${block.name}<<${block.end}\` is not closed; end it with ${expected}.`,
    );
  }
  setText(reader, at, { name: block.name, text: reader.lines.slice(at + 1, end).join('\n') });
  return end + 1;
}

function readMembers(reader: Reader, at: number): number {
  const block = readJsonObject(reader.lines, at);
  if ('problem' in block) throw new OutputSyntaxError(at + 1, block.problem);
  for (const [name, value] of Object.entries(block.value)) reader.outputs.set(name, value);
  return block.next;
}

function setText(reader: Reader, at: number, { name, text }: { name: string; text: string }): void {
  const converted = convertText(text, reader.declared.get(name));
  if ('problem' in converted) throw new OutputSyntaxError(at + 1, `\`${name}\` ${converted.problem}`);
  reader.outputs.set(name, converted.value);
}

function explainLine(line: string): string {
  const shown = JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);
  const forms = 'write `name=value`, a JSON object, or a block `name<<EOF` … `EOF`';
  return `${shown} is not an output; ${forms}. A name has letters, digits, \`_\` and \`-\`, at most 64.`;
}
