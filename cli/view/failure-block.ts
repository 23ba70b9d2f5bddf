/** What people need when a run has failed: which task, why, its last lines, its place in the file, and what to type next. */

import { join } from 'node:path';
import type { Plan } from '../../engine/core/plan.ts';
import type { LogLine } from '../../engine/ports/log-store.ts';
import type { NodeView, RunView } from '../../engine/runtime/client/run-view.ts';
import { ENGINE_EXECUTORS } from '../compose/executors.ts';
import type { Colors } from '../host.ts';
import { type FailedNode, failedNodes } from './failed-nodes.ts';
import { firstLine } from './line-view.ts';
import { plainLines, plainText } from './plain-text.ts';

/** Failed nodes that are shown. */
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
  const failed = failedNodes(run, options.plan);
  const blocks = failed.slice(0, MAX_BLOCKS).flatMap((one) => ['', ...nodeBlock(run, one, options)]);
  const rest = failed.length > MAX_BLOCKS ? ['', `… and ${failed.length - MAX_BLOCKS} more failed`] : [];
  const culprit = failed.find(({ isAllowed }) => !isAllowed)?.node;
  return [...reasonLines(run, culprit), ...blocks, ...rest, ...nextLines(run, culprit, options)];
}

/** What no failed node tells: a timeout of the run, outputs that cannot be resolved. */
function reasonLines({ error }: RunView, culprit: NodeView | undefined): string[] {
  if (error === null || (culprit !== undefined && error.task !== undefined)) return [];
  return ['', `${error.code}: ${plainText(error.message)}`];
}

function nodeBlock(run: RunView, { node, isAllowed }: FailedNode, options: FailureOptions): string[] {
  const { plan, tails, colors, folder } = options;
  const error = node.attempts.at(-1)?.error ?? (run.error?.task === node.task ? run.error : null);
  const exit = error !== null && 'exit_code' in error ? `, exit code ${error.exit_code}` : '';
  const tries = node.attempts.length > 1 ? ` after ${node.attempts.length} attempts` : '';
  const at = placeInSource(plan.tasks.find(({ id }) => id === node.task)?.at, folder);
  const title = `✗ ${node.id} failed${tries} (${error?.code ?? 'unknown'}${exit})${isAllowed ? ' (allowed)' : ''}`;
  // Of what does no harm a word is enough.
  const log = isAllowed ? [] : (tails.get(node.id) ?? []);
  return [
    `${(isAllowed ? colors.yellow : colors.red)(colors.bold(title))}${at === undefined ? '' : colors.dim(`  ${plainText(at)}`)}`,
    ...messageLines(error?.message ?? '', isAllowed || log.length > 0),
    ...log.map(({ text }) => `  ${colors.dim('│')} ${plainText(text)}`),
  ];
}

/** A process' message ends with its last lines; they are left out where the log itself follows. */
function messageLines(message: string, hasLog: boolean): string[] {
  const lines = hasLog ? [firstLine(message)] : plainLines(message).slice(0, MAX_MESSAGE_LINES);
  return lines.filter((line) => line !== '').map((line) => `  ${line}`);
}

function nextLines(run: RunView, node: NodeView | undefined, { plan, colors }: FailureOptions): string[] {
  const action = plan.tasks.find(({ id }) => id === node?.task)?.action;
  // What the engine evaluates itself writes no log.
  const hasLog = node !== undefined && action !== undefined && !ENGINE_EXECUTORS.has(action.uses);
  const commands = [
    ...(hasLog ? [`sluice logs ${shellWord(`${run.id}/${node.id}`)}`] : []),
    `sluice explain ${run.id}`,
    `sluice show ${run.id} --events`,
    // What has failed in its own definition; a cancelled run asks for nothing.
    ...(run.status === 'failed' ? [`sluice retry ${run.id} --wait`] : []),
  ];
  return ['', 'Next:', ...commands.map((command) => `  ${colors.cyan(command)}`)];
}

/** Brackets of a node's name mean something to shells. */
function shellWord(text: string): string {
  return /^[\w/.-]+$/.test(text) ? text : `'${text}'`;
}

/** `file:line` with the folder in front. */
export function placeInSource(at: string | undefined, folder: string | undefined): string | undefined {
  return at === undefined || folder === undefined ? at : join(folder, at);
}
