/** Declarations of inputs and outputs: they do not contradict themselves, and defaults fit. */
import { checkValue } from '../../engine/core/inputs.ts';
import type { ValueSpec } from '../../engine/core/plan.ts';
import type { DiagnosticCode } from '../diagnostic-code.ts';
import type { Path } from '../position.ts';
import { toValueSpec, type ValueSpecSource } from '../schema/value-spec.ts';
import type { SourceDocument } from '../source-document.ts';
import type { WorkflowContext } from '../workflow-context.ts';

export function checkValueSpecs({ document, source, tasks }: WorkflowContext): void {
  for (const [name, spec] of Object.entries(source.inputs ?? {})) checkSpec(document, spec, ['inputs', name]);
  for (const task of tasks) {
    for (const [name, spec] of Object.entries(task.source.outputs ?? {}))
      checkSpec(document, spec, [...task.path, 'outputs', name]);
  }
}

function checkSpec(document: SourceDocument, source: ValueSpecSource, path: Path): void {
  const spec = toValueSpec(source);
  for (const key of ['minimum', 'maximum'] as const)
    belongs(document, spec, { key, types: ['integer', 'number'], path });
  belongs(document, spec, { key: 'pattern', types: ['string'], path });
  belongs(document, spec, { key: 'items', types: ['array'], path });
  belongs(document, spec, { key: 'properties', types: ['object'], path });
  const at = (key: string) => [...path, key];
  if (spec.type === 'enum' && spec.enum === undefined) {
    add(document, 'bad_spec', path, '`type: enum` needs the list of values.', 'Add `enum: [VALUE, …]`.');
  }
  if (spec.minimum !== undefined && spec.maximum !== undefined && spec.minimum > spec.maximum) {
    add(
      document,
      'bad_spec',
      at('maximum'),
      `\`maximum\` ${spec.maximum} is less than \`minimum\` ${spec.minimum}.`,
    );
  }
  if (spec.pattern !== undefined && !isRegExp(spec.pattern)) {
    add(document, 'bad_spec', at('pattern'), `\`${spec.pattern}\` is no regular expression.`);
  }
  checkDefault(document, spec, at('default'));
  if (spec.items) checkSpec(document, spec.items, at('items'));
  for (const [name, inner] of Object.entries(spec.properties ?? {}))
    checkSpec(document, inner, [...at('properties'), name]);
}

interface Belonging {
  readonly key: 'minimum' | 'maximum' | 'pattern' | 'items' | 'properties';
  readonly types: readonly ValueSpec['type'][];
  readonly path: Path;
}

function belongs(document: SourceDocument, spec: ValueSpec, { key, types, path }: Belonging): void {
  if (spec[key] === undefined || types.includes(spec.type)) return;
  const message = `\`${key}\` has a meaning only for type ${types.join(' or ')}, but this is ${spec.type}.`;
  document.error({ code: 'bad_spec', path: [...path, key], onKey: true, message, hint: 'Remove it.' });
}

function checkDefault(document: SourceDocument, spec: ValueSpec, path: Path): void {
  const { default: value } = spec;
  if (value === undefined || value === null) return;
  if (JSON.stringify(value).includes('${{')) {
    add(document, 'expression_not_allowed', path, 'A default takes no expression.');
    return;
  }
  for (const problem of checkValue(spec, value, '')) {
    const inner =
      problem.path === '' ? 'The default' : `In the default, \`${problem.path.replace(/^\./, '')}\``;
    add(document, 'bad_default', path, `${inner} ${problem.message}.`);
  }
}

function isRegExp(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

function add(
  document: SourceDocument,
  code: DiagnosticCode,
  path: Path,
  message: string,
  hint?: string,
): void {
  document.error({ code, path, message, hint });
}
