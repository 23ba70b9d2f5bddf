/** `sluice diff RUN RUN`: what is different between two runs. */
import type { Command } from 'commander';
import { formatDuration } from '../../engine/core/duration.ts';
import type { Json } from '../../engine/core/json.ts';
import type { Divergence, RunDiff, ValueChange } from '../../engine/runtime/client/run-diff.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

interface DiffFlags extends InstallationFlags {
  readonly json?: boolean;
}

export function diffCommand(host: Host): Command {
  const command = newCommand('diff', 'Shows what is different between two runs.', [
    'diff 01JD2Z3B4V5N6M7K8J9H0G1F2E 01JD3A0C5W6P7Q8R9S0T1V2W3X',
    'diff 01JD2Z3B4V5N6M7K8J9H0G1F2E 01JD3A0C5W6P7Q8R9S0T1V2W3X --json',
    'diff 01JD2Z3B4V5N6M7K8J9H0G1F2E 01JD3A0C5W6P7Q8R9S0T1V2W3X > diff.txt',
  ])
    .argument('<a>', 'id of one run')
    .argument('<b>', 'id of the other');
  return withInstallationFlags(command)
    .option('--json', 'print one JSON document')
    .action((a: string, b: string, flags: DiffFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, async ({ runs }) => {
        const found = await runs.compare(a, b);
        host.print(flags.json ? JSON.stringify(found, null, 2) : diffLines(found).join('\n'));
      }),
    );
}

function diffLines(diff: RunDiff): string[] {
  const runs = [diff.a, diff.b].map(
    ({ run, workflow, status, took_ms }, i) =>
      `${i === 0 ? 'a' : 'b'}  ${run}  ${plainText(workflow)}  ${status}${took_ms === null ? '' : ` in ${formatDuration(took_ms)}`}`,
  );
  return [
    ...runs,
    '',
    ...section('Inputs', diff.inputs.flatMap(changeLines)),
    ...section('Definition', definitionLines(diff)),
    ...section('Outputs', diff.outputs.flatMap(changeLines)),
    ...section(
      'First divergence',
      diff.first_divergence === null ? [] : divergenceLines(diff.first_divergence),
    ),
    ...durationLines(diff),
  ];
}

/** What is the same is said, too: that is an answer. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`${title}: the same`] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function changeLines({ name, a, b }: ValueChange): string[] {
  return [`${plainText(name)}: ${shown(a)} → ${shown(b)}`];
}

function shown(value: Json | undefined): string {
  const text = value === undefined ? '(none)' : JSON.stringify(value);
  return plainText(text.length > 120 ? `${text.slice(0, 117)}…` : text);
}

function definitionLines({ definition }: RunDiff): string[] {
  return [
    ...definition.workflow.map((key) => `workflow: ${key}`),
    ...definition.added.map((task) => `+ ${task}`),
    ...definition.removed.map((task) => `- ${task}`),
    ...definition.changed.map(({ task, keys }) => `~ ${task}: ${keys.join(', ')}`),
  ].map(plainText);
}

function divergenceLines({ node, what, a, b }: Divergence): string[] {
  const name = plainText(node);
  if (a === null || b === null) return [`${name} exists only in ${a === null ? 'b' : 'a'}`];
  if (what === 'status') return [`${name}: ${a.status} → ${b.status}`];
  const names = [...new Set([...Object.keys(a.outputs), ...Object.keys(b.outputs)])];
  const changed = names.filter((one) => JSON.stringify(a.outputs[one]) !== JSON.stringify(b.outputs[one]));
  return changed.map(
    (one) => `${name}.${plainText(one)}: ${shown(a.outputs[one])} → ${shown(b.outputs[one])}`,
  );
}

function durationLines({ durations }: RunDiff): string[] {
  if (durations.length === 0) return [];
  const columns = [
    { title: 'Task' },
    { title: 'a', isNumber: true },
    { title: 'b', isNumber: true },
    { title: '', isNumber: true },
  ];
  const time = (ms: number | null) => (ms === null ? '' : formatDuration(ms));
  const rows = durations.map(({ task, a_ms, b_ms }) => [
    plainText(task),
    time(a_ms),
    time(b_ms),
    growth(a_ms, b_ms),
  ]);
  return ['', ...formatTable(columns, rows)];
}

function growth(a: number | null, b: number | null): string {
  if (a === null || b === null) return '';
  const change = b - a;
  return `${change < 0 ? '-' : '+'}${formatDuration(Math.abs(change))}`;
}
