/** What people need when a run has failed: which task, why, its last lines, its place in the file, and what to type next. */

import { join } from 'node:path';
import type { Plan } from '../../engine/core/plan.ts';
import type { LogLine } from '../../engine/ports/log-store.ts';
import type { NodeView, RunView } from '../../engine/runtime/run-view.ts';
import type { Colors } from '../host.ts';
import { firstLine } from './line-view.ts';
import { plainLines, plainText } from './plain-text.ts';

/** Failed nodes that are shown in full. */
const MAX_BLOCKS = 5;
const MAX_MESSAGE_LINES = 12;

export interface FailureOptions {
  readonly plan: Plan;
  readonly tails: ReadonlyMap<string, readonly LogLine[]>;
  readonly colors: Colors;
  /** The workflow's folder, where it is known. */
  readonly folder: string | undefined;
}

export function failureLines(run: RunView, options: FailureOptions): string[] {
  const failed = failedNodes(run);
  const blocks = failed.slice(0, MAX_BLOCKS).flatMap((node) => ['', ...nodeBlock(run, node, options)]);
  const rest = failed.length > MAX_BLOCKS ? ['', `… and ${failed.length - MAX_BLOCKS} more failed`] : [];
  const reason =
    failed.length === 0 && run.error !== null
      ? ['', `${run.error.code}: ${plainText(run.error.message)}`]
      : [];
  return [...blocks, ...rest, ...reason, ...nextLines(run, failed[0], options.colors)];
}

/** A fan-out's task is left out where nodes of it tell the reason themselves. */
function failedNodes(run: RunView): NodeView[] {
  const failed = run.nodes.filter(({ status }) => status === 'failed');
  const told = new Set(failed.filter(({ index }) => index !== null).map(({ task }) => task));
  return failed.filter(({ index, task }) => index !== null || !told.has(task));
}

function nodeBlock(run: RunView, node: NodeView, options: FailureOptions): string[] {
  const { plan, tails, colors, folder } = options;
  const error = node.attempts.at(-1)?.error ?? (run.error?.task === node.task ? run.error : null);
  const exit = error !== null && 'exit_code' in error ? `, exit code ${error.exit_code}` : '';
  const tries = node.attempts.length > 1 ? ` after ${node.attempts.length} attempts` : '';
  const at = placeInSource(plan.tasks.find(({ id }) => id === node.task)?.at, folder);
  const title = `✗ ${node.id} failed${tries} (${error?.code ?? 'unknown'}${exit})`;
  const log = tails.get(node.id) ?? [];
  return [
    `${colors.red(colors.bold(title))}${at === undefined ? '' : colors.dim(`  ${plainText(at)}`)}`,
    ...messageLines(error?.message ?? '', log.length > 0),
    ...log.map(({ text }) => `  ${colors.dim('│')} ${plainText(text)}`),
  ];
}

/** A process' message ends with its last lines; they are left out where the log itself follows. */
function messageLines(message: string, hasLog: boolean): string[] {
  const lines = hasLog ? [firstLine(message)] : plainLines(message).slice(0, MAX_MESSAGE_LINES);
  return lines.filter((line) => line !== '').map((line) => `  ${line}`);
}

function nextLines(run: RunView, node: NodeView | undefined, colors: Colors): string[] {
  const commands = [
    ...(node === undefined ? [] : [`sluice logs ${run.id}/${node.id}`]),
    `sluice show ${run.id} --events`,
  ];
  return ['', 'Next:', ...commands.map((command) => `  ${colors.cyan(command)}`)];
}

/** `file:line` with the folder in front. */
export function placeInSource(at: string | undefined, folder: string | undefined): string | undefined {
  return at === undefined || folder === undefined ? at : join(folder, at);
}
