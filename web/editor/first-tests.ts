/** The tests that a workflow begins with: one, that all goes well, with what the workflow needs for it. */
import type { z } from 'zod';
import type { validateWorkflows } from '../../server/operations/rehearsal.ts';

type Workflow = z.infer<(typeof validateWorkflows)['reply']>['workflows'][number];
type Field = Workflow['inputs'][string];

export function firstTests(workflow: Workflow | undefined): string {
  const inputs = Object.entries(workflow?.inputs ?? {}).flatMap(([name, field]) =>
    field.required === true && field.default === undefined ? [[name, exampleOf(field)] as const] : [],
  );
  const asked = workflow?.graph.nodes.filter(({ uses }) => uses === 'approval') ?? [];
  return [
    // JSON is YAML, too.
    inputs.length === 0
      ? ''
      : `inputs:\n${inputs.map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`).join('')}\n`,
    'stubs:\n  "*": {}          # every task succeeds at once, without outputs\n\n',
    'tests:\n  - name: all is well\n',
    asked.length === 0
      ? ''
      : `    timeline:\n${asked.map(({ id }, i) => `      - { at: ${i + 1}m, approve: ${id} }\n`).join('')}`,
    '    expect: { status: succeeded }\n',
  ].join('');
}

/** Something that fits the type. What else is asked of it (a pattern) the author knows. */
function exampleOf({ type, enum: values, minimum, maximum }: Field): unknown {
  if (values?.[0] !== undefined) return values[0];
  if (type === 'integer' || type === 'number')
    return minimum ?? (maximum === undefined ? 1 : Math.min(1, maximum));
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  if (type === 'object') return {};
  if (type === 'duration') return '1h';
  if (type === 'datetime') return '2026-01-01T00:00:00Z';
  if (type === 'date') return '2026-01-01';
  return 'example';
}
