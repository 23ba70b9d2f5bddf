/** `sluice plan FILE`: what a run with these inputs would do, without running it. */
import type { Command } from 'commander';
import { formatDuration } from '../../engine/core/duration.ts';
import { NOTHING_LEARNED, type RunForecast, type TaskForecast } from '../../engine/core/forecast/index.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import type { Plan } from '../../engine/core/plan.ts';
import { tickSpec } from '../../engine/core/schedule/document.ts';
import { nextTick } from '../../engine/core/schedule/tick.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import type { Colors, Host } from '../host.ts';
import { forecastHere } from '../installation/forecast.ts';
import { isThroughServer, withInstallation } from '../installation/open.ts';
import type { WorkflowSource } from '../installation/workflow-source.ts';
import { type InputFlags, readInputs } from '../run-inputs.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';
import { loadPlan, sourceOf } from '../workflow-file.ts';

interface PlanFlags extends InstallationFlags, InputFlags {
  readonly workflow?: string;
  readonly json?: boolean;
}

/** Next times of a schedule that are shown. */
const TICKS = 3;

export function planCommand(host: Host): Command {
  const command = newCommand('plan', 'Shows what a run would do, without running it.', [
    'plan workflow.yaml',
    'plan workflow.yaml --input year=2015',
    'plan workflow.yaml --json',
  ]).argument('<file>', 'workflow file');
  return withInstallationFlags(command)
    .option('-w, --workflow <name>', 'workflow of a file with several (default: the first)')
    .option(
      '-i, --input <name=value>',
      'an input; may be given again',
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .option('--inputs-file <path>', 'inputs as JSON or YAML')
    .option('--json', 'print one JSON document')
    .action((file: string, flags: PlanFlags) => showPlan(host, file, flags));
}

async function showPlan(host: Host, path: string, flags: PlanFlags): Promise<void> {
  const file = loadPlan(host, path, flags.workflow);
  const { plan } = file;
  const inputs = readInputs(host, plan, flags);
  const forecast = await forecastOf(host, { source: sourceOf(file, plan), inputs, flags });
  const next = nextTimes(plan, createRealClock().now());
  if (flags.json) return host.print(JSON.stringify({ ...forecast, inputs, next_runs: next }, null, 2));
  host.print([...forecastLines(forecast, host.outColors), ...nextLines(next)].join('\n'));
}

interface Planned {
  readonly source: WorkflowSource;
  readonly inputs: JsonObject;
  readonly flags: PlanFlags;
}

/** Times come from former runs. Without a Redis at hand there are none; that is no reason to fail. */
async function forecastOf(host: Host, { source, inputs, flags }: Planned): Promise<RunForecast> {
  try {
    return await withInstallation(host, { ...flags, use: 'read' }, ({ workflows }) =>
      workflows.forecast(source, inputs),
    );
  } catch (thrown) {
    if (flags.redis !== undefined || isThroughServer(host, flags)) throw thrown;
    return forecastHere(source, inputs, NOTHING_LEARNED);
  }
}

interface NextRuns {
  readonly trigger: string;
  readonly at: readonly string[];
}

function nextTimes({ triggers = [] }: Plan, now: number): NextRuns[] {
  return triggers.flatMap((trigger) => {
    if (trigger.kind !== 'cron' && trigger.kind !== 'every' && trigger.kind !== 'at') return [];
    const at: string[] = [];
    const spec = tickSpec(trigger);
    for (let tick = nextTick(spec, now); tick !== undefined && at.length < TICKS; tick = nextTick(spec, tick))
      at.push(new Date(tick).toISOString());
    const words = {
      cron: () => (trigger.kind === 'cron' ? `cron ${trigger.cron} ${trigger.timezone}` : ''),
      every: () => (trigger.kind === 'every' ? `every ${formatDuration(trigger.everyMs)}` : ''),
      at: () => 'at',
    };
    return [{ trigger: words[trigger.kind](), at }];
  });
}

function nextLines(next: readonly NextRuns[]): string[] {
  if (next.length === 0) return [];
  return ['', ...next.map(({ trigger, at }) => `Next by ${trigger}: ${at.join(', ') || 'never again'}`)];
}

function forecastLines(forecast: RunForecast, colors: Colors): string[] {
  const { workflow, version, nodes, is_exact, widest, levels, learned_from, critical_path, estimate_ms } =
    forecast;
  const columns = [
    { title: 'Level', isNumber: true },
    { title: 'Task' },
    { title: 'Nodes' },
    { title: 'About', isNumber: true },
    { title: 'Needs' },
    { title: '' },
  ];
  const history =
    learned_from === 0
      ? 'There is no history of this workflow, so no times are known.'
      : `Times are learned from ${learned_from === 1 ? 'the last run' : `the last ${learned_from} runs`} that succeeded.`;
  const time = estimate_ms === null ? '' : `, about ${formatDuration(estimate_ms)}`;
  return [
    `${colors.bold(plainText(workflow))}  version ${version.slice(0, 12)}`,
    '',
    ...formatTable(columns, taskRows(forecast.tasks, '')),
    '',
    `${nodes} nodes${is_exact ? '' : ' or more'} on ${levels} levels${widest === null ? '' : `; at most ${widest.nodes} at once, on level ${widest.level}`}.`,
    `Critical path${time}: ${critical_path.map(plainText).join(' → ')}`,
    colors.dim(history),
  ];
}

/** The tasks of a sub-workflow stand indented below the task that starts it. */
function taskRows(tasks: readonly TaskForecast[], indent: string): string[][] {
  return tasks.flatMap((task) => [
    [
      indent === '' ? String(task.level) : '',
      `${indent}${task.is_critical ? '*' : ' '} ${plainText(task.task)}`,
      nodeWords(task),
      task.estimate_ms === null ? '' : formatDuration(task.estimate_ms),
      plainText(task.needs.join(', ')),
      task.because === null
        ? ''
        : plainText(`${task.expected === 'skipped' ? 'skipped' : 'maybe'}: ${task.because}`),
    ],
    ...(task.child ? taskRows(task.child.tasks, `${indent}  │ `) : []),
  ]);
}

function nodeWords({ nodes, max_parallel, uses, child }: TaskForecast): string {
  const count = nodes === null ? '× ?' : nodes === 1 ? '1' : `× ${nodes}`;
  const bound =
    max_parallel === null || (nodes !== null && nodes <= max_parallel) ? '' : `, ${max_parallel} at once`;
  return `${count}${bound}${uses === 'workflow' && child ? ` (${child.workflow})` : ''}`;
}
