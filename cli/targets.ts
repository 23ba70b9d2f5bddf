/** Which runs a command is for: one by its id, or all that a filter finds, after asking back. */
import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import { messageOf, SluiceError } from '../engine/core/errors.ts';
import { isRunEnded, RUN_STATUSES, type RunStatus } from '../engine/core/node-state.ts';
import { type InstallationFlags, withInstallationFlags } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { usageFailure } from './failure.ts';
import type { Host } from './host.ts';
import type { Installation } from './installation/installation.ts';
import { readLabels, withLabels } from './label-flag.ts';

export interface TargetFlags extends InstallationFlags {
  readonly workflow?: string;
  readonly namespace?: string;
  readonly status?: RunStatus;
  readonly label?: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Runs of one list that are read at once. */
const PAGE = 200;

export function withTargets(command: Command): Command {
  withInstallationFlags(command.argument('[run]', 'id of the run; else all that the filter finds'))
    .option('-w, --workflow <name>', 'all runs of this workflow')
    .option('--namespace <name>', 'all runs of this namespace')
    .addOption(new Option('--status <status>', 'all runs in this status').choices(RUN_STATUSES));
  return withLabels(command, 'all runs with this label')
    .option('-y, --yes', 'do not ask back before several runs are changed')
    .option('--json', 'print what was done as one JSON document');
}

export interface Targets {
  readonly run: string | undefined;
  readonly flags: TargetFlags;
  /** The verb, as in "3 runs will be cancelled". */
  readonly participle: string;
  /** Whether the command is for runs that have ended, or for those that have not. Default: both. */
  readonly fits?: 'live' | 'ended';
}

/** One line of what was done. */
export interface Done {
  readonly run: string;
  readonly ok: boolean;
  readonly message: string;
}

/** Does it to each, says what came of it, and ends with the code of the first refusal. */
export async function forEachTarget(
  host: Host,
  installation: Installation,
  targets: Targets,
  act: (run: string) => Promise<string>,
): Promise<void> {
  const { run, flags } = targets;
  if (run !== undefined) {
    const message = await act(run);
    if (flags.json) host.print(JSON.stringify([{ run, ok: true, message }], null, 2));
    else host.say(message);
    return;
  }
  const runs = await findTargets(installation, targets);
  if (runs.length === 0) return host.say('No runs match.');
  if (!(await isConfirmed(host, runs.length, targets))) return host.say('Nothing was changed.');
  const done: Done[] = [];
  for (const one of runs) {
    const result = await attempt(host, one, act);
    done.push(result);
    if (!flags.json) host.say(`${result.ok ? '✓' : '✗'} ${result.message}`);
  }
  if (flags.json) host.print(JSON.stringify(done, null, 2));
}

async function attempt(host: Host, run: string, act: (run: string) => Promise<string>): Promise<Done> {
  try {
    return { run, ok: true, message: await act(run) };
  } catch (thrown) {
    if (!(thrown instanceof SluiceError)) throw thrown;
    host.exitCode ||= exitCodeOf(thrown.code);
    return { run, ok: false, message: messageOf(thrown) };
  }
}

async function findTargets({ runs: all }: Installation, { flags, fits }: Targets): Promise<string[]> {
  const { workflow, namespace, status, label } = flags;
  if (workflow === undefined && namespace === undefined && status === undefined && label === undefined)
    throw usageFailure('Name a run, or say which: --workflow, --namespace, --status, --label.');
  const filter = {
    ...(workflow === undefined ? {} : { workflow }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(status === undefined ? {} : { status }),
  };
  const labels = readLabels(label);
  const found: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const { runs, next } = await all.list(filter, PAGE, cursor);
    for (const { id, status: now } of runs) {
      const isFitting = fits === undefined || isRunEnded(now) === (fits === 'ended');
      if (isFitting && (await hasLabels(all, id, labels))) found.push(id);
    }
    if (next === null) return found;
    cursor = next;
  }
}

/** Of the run itself: what is changed by the thousand is not left to the list, which may lag. */
async function hasLabels(
  runs: Installation['runs'],
  run: string,
  wanted: { readonly [name: string]: string },
): Promise<boolean> {
  const pairs = Object.entries(wanted);
  if (pairs.length === 0) return true;
  const { labels } = await runs.head(run);
  return pairs.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}

async function isConfirmed(host: Host, count: number, { flags, participle }: Targets): Promise<boolean> {
  if (flags.yes) return true;
  const sentence = `${count} run${count === 1 ? '' : 's'} will be ${participle}.`;
  if (!process.stdin.isTTY) throw usageFailure(`${sentence} Confirm it with --yes.`);
  const terminal = createInterface({ input: process.stdin, output: host.stderr });
  const answer = await terminal.question(`${sentence} Go on? [y/N] `).finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim());
}
