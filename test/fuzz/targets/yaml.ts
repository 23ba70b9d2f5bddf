/** Workflow files and data files: all mistakes are diagnostics at a place within the text, and what is printed can be read. */
import { compileWorkflows, readYamlData, renderDiagnostics } from '../../../dsl/index.ts';
import type { Random } from '../../simulation/random.ts';
import { demand, type FuzzTarget } from '../target.ts';

const FILE = 'fuzz.yaml';

export const yaml: FuzzTarget = {
  name: 'yaml',
  draw: (dice, examples) => drawMap(dice, examples, 0),
  check(text) {
    const file = { path: FILE, text };
    const { plans, diagnostics } = compileWorkflows(file);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    demand(plans.length > 0 || errors.length > 0, 'neither a plan nor an error');
    const lines = text.split(/\r\n|\r|\n/);
    for (const { line, column, length, message } of diagnostics) {
      demand(
        line >= 1 && line <= lines.length,
        `a diagnostic at line ${line} of ${lines.length}: ${message}`,
      );
      demand(column >= 1 && length >= 1, `a diagnostic at column ${column}, length ${length}: ${message}`);
    }
    renderDiagnostics(diagnostics, file, { color: false });
    for (const plan of plans) demand(JSON.stringify(plan).length > 0, 'a plan that is no JSON');
    const data = readYamlData(file);
    demand(data.data !== undefined || data.diagnostics.length > 0, 'neither data nor a diagnostic');
  },
};

const KEYS: readonly string[] = [
  ...[
    'name',
    'inputs',
    'tasks',
    'needs',
    'run',
    'uses',
    'with',
    'if',
    'foreach',
    'matrix',
    'retry',
    'timeout',
    'env',
  ],
  ...[
    'templates',
    'extends',
    'outputs',
    'trigger_rule',
    'concurrency',
    'rate_limit',
    'cache',
    'triggers',
    'defaults',
  ],
  ...['on_failure', 'compensate', 'workflow', 'repeat', 'secrets', 'a', 'b', '__proto__', '<<', '1', '? x'],
];
const VALUES: readonly string[] = [
  ...[
    'a',
    '[a, b]',
    '"${{ inputs.x }}"',
    '${{ tasks.a.outputs.b }}',
    '10m',
    '-1',
    '1e400',
    'true',
    '~',
    '{}',
    '[]',
    '{a: 1}',
  ],
  ...[
    '"0 6 * * *"',
    'switch',
    'foreach',
    '*a',
    '&a {b: 1}',
    '!!set {a}',
    '|\n  text\n',
    "'it''s'",
    '2014-05-01',
    '0x10',
    '!x y',
  ],
];

function drawMap(dice: Random, examples: readonly string[], depth: number): string {
  const pad = '  '.repeat(depth);
  const lines = Array.from({ length: dice.int(1, 6) }, () => {
    const key = dice.pick(KEYS);
    if (depth < 5 && dice.chance(0.4)) return `${pad}${key}:\n${drawMap(dice, examples, depth + 1)}`;
    return `${pad}${key}: ${dice.pick(VALUES)}`;
  });
  return lines.join('\n');
}
