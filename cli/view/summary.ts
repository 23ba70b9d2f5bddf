/** The end of a run for people: a table of its tasks, the critical path, where its files are. */
import { relative } from 'node:path';
import { formatDuration } from '../../engine/core/duration.ts';
import { isJsonObject, type Json, type JsonObject } from '../../engine/core/json.ts';
import type { NodeState } from '../../engine/core/node-state.ts';
import { criticalPath, type TaskSpan, taskSpans } from '../../engine/runtime/client/critical-path.ts';
import type { NodeView, RunView } from '../../engine/runtime/client/run-view.ts';
import type { Colors } from '../host.ts';
import type { Runs } from '../installation/runs.ts';
import { formatTable } from './columns.ts';
import { countOf } from './count.ts';
import { plainText } from './plain-text.ts';
import { signOf, wordOf } from './status-mark.ts';

export interface SummaryOptions {
  readonly colors: Colors;
  /** Ids of tasks that may fail without harm to the run. */
  readonly allowed: ReadonlySet<string>;
  readonly files: Pick<Runs, 'locate'>;
  /** Paths below this folder are shown relative to it. */
  readonly cwd: string;
  /** Whether the outputs are part of it; not where they are printed as data. */
  readonly withOutputs: boolean;
}

/** Waits on the critical path that are shorter are not mentioned, ms. */
const SHORT_WAIT_MS = 100;
const MAX_FILES = 50;

export function summaryLines(run: RunView, options: SummaryOptions): string[] {
  const { colors } = options;
  const sections = [
    taskTable(run, options),
    pathLines(run, colors),
    fileLines(run, options),
    options.withOutputs ? outputLines(run.outputs, colors) : [],
    [endLine(run, colors)],
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines]);
}

interface TaskRow {
  readonly id: string;
  status: NodeState;
  attempts: number;
  nodes: number;
  succeeded: number;
}

/** One row a task, in the order of the file. */
function taskTable(run: RunView, { colors, allowed }: SummaryOptions): string[] {
  const spans = taskSpans(run.nodes);
  const rows = taskRows(run.nodes).map((row) => [
    `${signOf(row.status, colors)} ${row.id}`,
    `${wordOf(row.status, colors)}${row.status === 'failed' && allowed.has(row.id) ? ' (allowed)' : ''}`,
    row.attempts === 0 ? '' : String(row.attempts),
    durationOf(spans.get(row.id)),
    row.nodes === 0 ? '' : colors.dim(`${row.succeeded}/${countOf(row.nodes, 'node')}`),
  ]);
  const columns = [
    { title: 'Task' },
    { title: 'Status' },
    { title: 'Attempts', isNumber: true },
    { title: 'Duration', isNumber: true },
    { title: '' },
  ];
  const [head = '', ...lines] = formatTable(columns, rows);
  return [colors.bold(head), ...lines];
}

function taskRows(nodes: readonly NodeView[]): TaskRow[] {
  const rows = new Map<string, TaskRow>();
  for (const node of nodes) {
    const row = rows.get(node.task) ?? newRow(node.task);
    rows.set(node.task, row);
    row.attempts += node.attempts.length;
    if (node.index === null) row.status = node.status;
    else row.nodes++;
    if (node.index !== null && node.status === 'succeeded') row.succeeded++;
  }
  return [...rows.values()];
}

function newRow(id: string): TaskRow {
  return { id, status: 'pending', attempts: 0, nodes: 0, succeeded: 0 };
}

function durationOf(span: TaskSpan | undefined): string {
  return span === undefined ? '' : formatDuration(span.endedAt - span.startedAt);
}

function pathLines(run: RunView, colors: Colors): string[] {
  const path = criticalPath(run);
  if (path.length === 0) return [];
  const worked = path.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const steps = path.map(({ node, tookMs, waitedMs }) => {
    const waited = waitedMs >= SHORT_WAIT_MS ? `, after waiting ${formatDuration(waitedMs)}` : '';
    return `  ${node}  ${colors.dim(`${formatDuration(tookMs)}${waited}`)}`;
  });
  return [`${colors.bold('Critical path')}  ${formatDuration(worked)}`, ...steps];
}

function fileLines(run: RunView, { files: places, colors, cwd }: SummaryOptions): string[] {
  const files = run.nodes.flatMap((node) =>
    Object.entries(node.artifacts).map(([name, ref]): [string, string] => [
      `  ${node.id}.${name}`,
      placeOf(ref, places, cwd),
    ]),
  );
  if (files.length === 0) return [];
  const [, ...lines] = formatTable([{ title: '' }, { title: '' }], files.slice(0, MAX_FILES));
  const rest = files.length > MAX_FILES ? [`  … and ${files.length - MAX_FILES} more`] : [];
  return [colors.bold('Artifacts'), ...lines, ...rest];
}

function placeOf(ref: Json, files: SummaryOptions['files'], cwd: string): string {
  if (!isJsonObject(ref) || typeof ref['run'] !== 'string' || typeof ref['artifact'] !== 'string') return '';
  const path = files.locate(ref['run'], ref['artifact']);
  if (path === undefined) return `in Redis (${String(ref['bytes'] ?? '?')} bytes)`;
  const near = relative(cwd, path);
  return plainText(near.startsWith('..') ? path : near);
}

function outputLines(outputs: JsonObject, colors: Colors): string[] {
  const lines = Object.entries(outputs).map(
    ([name, value]) => `  ${name}: ${plainText(shortened(JSON.stringify(value)))}`,
  );
  return lines.length === 0 ? [] : [colors.bold('Outputs'), ...lines];
}

/** Characters of one output that people are shown; `--json` has all. */
const MAX_SHOWN = 1_000;

function shortened(text: string): string {
  return text.length <= MAX_SHOWN
    ? text
    : `${text.slice(0, MAX_SHOWN)}… (${text.length} characters; --json has all)`;
}

/** Of a run that goes on: how far it is, and its end by how long its tasks usually take. */
function advanceText({ progress, eta, finished_at: end }: RunView): string {
  if (end !== null) return '';
  const unsure = eta?.overtime ? ', longer than usual' : eta?.basis === 'partly' ? ', partly a guess' : '';
  const until = eta === null ? '' : `, ends about ${eta.at.slice(0, 19)}Z${unsure}`;
  return `, ${Math.floor(100 * progress)} % done${until}`;
}

function endLine(run: RunView, colors: Colors): string {
  const took =
    run.finished_at === null || run.started_at === null
      ? ''
      : ` in ${formatDuration(Date.parse(run.finished_at) - Date.parse(run.started_at))}`;
  const what = `${run.workflow} ${wordOf(run.status, colors)}${took}${advanceText(run)}`;
  return `${signOf(run.status, colors)} ${colors.bold(what)}  ${colors.dim(`run ${run.id}`)}`;
}
