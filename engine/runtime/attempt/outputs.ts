/** Checks what an executor returned before it may enter the run's state. */
import { checkValues } from '../../core/inputs.ts';
import type { Json } from '../../core/json.ts';
import { tooLargeMessage } from '../../core/output-size.ts';
import type { AttemptResult, Ticket } from '../../core/ticket.ts';
import { TaskFailure } from '../../ports/executor.ts';

type Outputs = AttemptResult['outputs'];

/** Bytes of all outputs of an attempt together, as JSON, where there is no store for large ones. */
const MAX_INLINE_BYTES = 1_000_000;
const MAX_DEPTH = 64;
const MAX_PROBLEMS = 10;

/**
 * The outputs as they may be taken, with the defaults of those that were not written.
 * @throws TaskFailure invalid_output, output_too_large
 */
export function checkOutputs(
  ticket: Ticket,
  outputs: Outputs,
  { maxBytes }: { readonly maxBytes: number } = { maxBytes: MAX_INLINE_BYTES },
): Outputs {
  const problem = Array.isArray(outputs)
    ? '`outputs` is a list; it must be an object.'
    : findForeignValue(outputs, 'outputs', 0);
  if (problem) throw new TaskFailure('invalid_output', problem);
  const values = fitDeclaration(ticket, outputs);
  checkSize(ticket, values, maxBytes);
  return values;
}

/** The outputs with the defaults of those that were not written. */
function fitDeclaration(ticket: Ticket, outputs: Outputs): Outputs {
  if (ticket.outputs === undefined) return outputs;
  const checked = checkValues(ticket.outputs, outputs);
  if ('values' in checked) return checked.values;
  const { problems } = checked;
  const shown = problems.slice(0, MAX_PROBLEMS).map(({ path, message }) => `\`${path}\` ${message}`);
  if (problems.length > MAX_PROBLEMS) shown.push(`and ${problems.length - MAX_PROBLEMS} more`);
  throw new TaskFailure(
    'invalid_output',
    `The outputs of "${ticket.task}" do not fit their declaration: ${shown.join('; ')}.`,
  );
}

function checkSize(ticket: Ticket, outputs: Outputs, maxBytes: number): void {
  const text = JSON.stringify(outputs);
  if (text.length * 4 <= maxBytes) return;
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return;
  throw new TaskFailure('output_too_large', tooLargeMessage(`"${ticket.task}"`, bytes, maxBytes));
}

/** Name of the file for large outputs of one delivery: what another one writes does not touch it. */
export function outputsFile({ node, generation, attempt }: Ticket, delivery: number): string {
  return `outputs/${node}.${generation}.${attempt}.${delivery}`;
}

/** Says where a value is not JSON, in words, or answers undefined. */
function findForeignValue(value: unknown, path: string, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `\`${path}\` is nested deeper than ${MAX_DEPTH} levels.`;
  if (isScalar(value)) return undefined;
  if (Array.isArray(value)) return findForeignMember(value.entries(), path, depth);
  if (isPlainObject(value)) return findForeignMember(Object.entries(value), path, depth);
  return `\`${path}\` is ${nameKind(value)}, which is not JSON.`;
}

function findForeignMember(
  members: Iterable<[string | number, unknown]>,
  path: string,
  depth: number,
): string | undefined {
  for (const [key, member] of members) {
    const problem = findForeignValue(member, `${path}.${key}`, depth + 1);
    if (problem) return problem;
  }
  return undefined;
}

function isScalar(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  return typeof value === 'number' && Number.isFinite(value);
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function nameKind(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'special object'}`;
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}
