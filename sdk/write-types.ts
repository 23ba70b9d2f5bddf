/** TypeScript types of a workflow's inputs and outputs, from its declarations: what `sluice types` prints. */
import type { Json, Template } from '../engine/core/json.ts';
import type { Plan, PlanTask, ValueSpec } from '../engine/core/plan.ts';

/** A module with an interface for each workflow, to be used as `sluice.start<Weather>('weather', { … })`. */
export function writeTypes(plans: readonly Plan[]): string {
  const bodies = plans.map(typesOf);
  const names = ['ArtifactRef', 'Json'].filter((name) =>
    bodies.some((body) => new RegExp(`\\b${name}\\b`).test(body)),
  );
  const head = names.length > 0 ? `import type { ${names.join(', ')} } from 'sluice/sdk';\n\n` : '';
  return `// Written by \`sluice types\`; change the workflow instead, and write it again.\n${head}${bodies.join('\n')}`;
}

function typesOf(plan: Plan): string {
  const name = typeName(plan.name);
  const about = `Workflow \`${plan.name}\`${plan.description ? `: ${oneLine(plan.description)}` : '.'}`;
  return [
    `/** Inputs of \`${plan.name}\`. */`,
    `export interface ${name}Inputs {`,
    ...Object.entries(plan.inputs).flatMap(([key, spec]) => inputLines(key, spec)),
    '}',
    '',
    `/** Outputs of \`${plan.name}\`, once it has succeeded. */`,
    `export interface ${name}Outputs {`,
    ...Object.entries(plan.outputs).map(
      ([key, template]) => `  readonly ${member(key)}: ${templateType(plan, template)};`,
    ),
    '}',
    '',
    `/** ${about} */`,
    `export interface ${name} {`,
    `  readonly inputs: ${name}Inputs;`,
    `  readonly outputs: ${name}Outputs;`,
    '}',
    '',
  ].join('\n');
}

function inputLines(key: string, spec: ValueSpec): string[] {
  const notes = [
    ...(spec.description === undefined ? [] : [oneLine(spec.description)]),
    ...(spec.default === undefined ? [] : [`Default: \`${oneLine(JSON.stringify(spec.default))}\`.`]),
  ];
  const optional = spec.required ? '' : '?';
  const type = spec.required ? specType(spec) : `${specType(spec)} | null`;
  const line = `  readonly ${member(key)}${optional}: ${type};`;
  return notes.length === 0 ? [line] : [`  /** ${notes.join(' ')} */`, line];
}

const PLAIN = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  enum: 'Json',
  date: 'string',
  datetime: 'string',
  duration: 'string',
  array: 'readonly Json[]',
  object: '{ readonly [name: string]: Json }',
  any: 'Json',
} as const satisfies Record<ValueSpec['type'], string>;

export function specType(spec: ValueSpec): string {
  if (spec.enum) return spec.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (spec.type === 'array' && spec.items) return `readonly ${grouped(specType(spec.items))}[]`;
  if (spec.type !== 'object' || !spec.properties) return PLAIN[spec.type];
  const members = Object.entries(spec.properties).map(
    ([key, one]) =>
      `readonly ${member(key)}${one.required ? '' : '?'}: ${specType(one)}${one.required ? '' : ' | null'}`,
  );
  return `{ ${members.join('; ')} }`;
}

function grouped(type: string): string {
  return type.includes('|') && !/^\{.*\}$/.test(type) ? `(${type})` : type;
}

/** What an output resolves to: exact where tasks and inputs declare it, else any JSON. */
function templateType(plan: Plan, template: Template): string {
  if (typeof template !== 'string') return literalType(plan, template);
  const whole = /^\$\{\{\s*(.+?)\s*\}\}$/s.exec(template)?.[1];
  if (whole === undefined || whole.includes('${{')) return 'string';
  return expressionType(plan, whole);
}

function literalType(plan: Plan, template: Exclude<Template, string>): string {
  if (template === null || typeof template !== 'object') return JSON.stringify(template);
  if (Array.isArray(template))
    return `readonly [${template.map((one: Template) => templateType(plan, one)).join(', ')}]`;
  const members = Object.entries(template as { readonly [key: string]: Json });
  return `{ ${members.map(([key, one]) => `readonly ${member(key)}: ${templateType(plan, one)}`).join('; ')} }`;
}

const NAME = '([A-Za-z_][A-Za-z0-9_-]*)';
const OUTPUT = new RegExp(`^tasks\\.${NAME}\\.outputs\\.${NAME}$`);
const ARTIFACT = new RegExp(`^tasks\\.${NAME}\\.artifacts\\.${NAME}$`);
const INPUT = new RegExp(`^inputs\\.${NAME}$`);

function expressionType(plan: Plan, expression: string): string {
  const orNull = /^default\((.+),\s*null\)$/.exec(expression)?.[1];
  if (orNull !== undefined) return `${expressionType(plan, orNull.trim())} | null`;
  const [, task = '', output = ''] = OUTPUT.exec(expression) ?? [];
  const found = plan.tasks.find(({ id }) => id === task);
  if (found) return outputType(found, output);
  const [, keeper = ''] = ARTIFACT.exec(expression) ?? [];
  const keeping = plan.tasks.find(({ id }) => id === keeper);
  if (keeping) return keeping.fanOut ? 'readonly (ArtifactRef | null)[]' : 'ArtifactRef';
  const [, input = ''] = INPUT.exec(expression) ?? [];
  const spec = Object.hasOwn(plan.inputs, input) ? plan.inputs[input] : undefined;
  if (spec) return spec.required || spec.default !== undefined ? specType(spec) : `${specType(spec)} | null`;
  return 'Json';
}

function outputType({ outputs, fanOut }: PlanTask, name: string): string {
  const spec = outputs && Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  const type = spec === undefined ? 'Json' : `${specType(spec)}${spec.required === false ? ' | null' : ''}`;
  // A node that failed within its budget, or was skipped, leaves null in the list.
  return fanOut ? `readonly (${type} | null)[]` : type;
}

function member(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : JSON.stringify(key);
}

/** `nightly-etl` is `NightlyEtl`. */
export function typeName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const text = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(text) ? text : `Workflow${text}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('*/', '* /').trim();
}
