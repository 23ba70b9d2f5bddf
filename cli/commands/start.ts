/** `sluice start FILE|NAME`: hands a run over to the orchestrators and workers of a Redis. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Plan } from '../../engine/core/plan.ts';
import {
  type InstallationFlags,
  newCommand,
  withArtifacts,
  withInputs,
  withInstallationFlags,
  withOutput,
} from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import type { Installation } from '../installation/installation.ts';
import { withInstallation } from '../installation/open.ts';
import { listenForInterruption } from '../interruption.ts';
import { missingRoles } from '../missing-roles.ts';
import { type InputFlags, readInputs } from '../run-inputs.ts';
import { createDisplay, type DisplayOptions, exitCodeOfRun, type OutputFlags } from '../run-watching.ts';
import { loadPlan, sourceOf } from '../workflow-file.ts';

interface StartFlags extends InstallationFlags, InputFlags, OutputFlags {
  readonly workflow?: string;
  readonly namespace?: string;
  readonly idempotencyKey?: string;
  readonly wait?: boolean;
}

export function startCommand(host: Host): Command {
  const command = newCommand('start', 'Starts a run, which workers then do.', [
    'start workflow.yaml --redis redis://localhost:6379',
    'start weather-report --input year=2015 --wait',
    'start workflow.yaml --idempotency-key 2026-03-01',
  ]).argument('<file-or-name>', 'workflow file, or name of a workflow applied or started before');
  return withArtifacts(withInstallationFlags(withOutput(withInputs(command))))
    .option('--namespace <name>', 'namespace of a workflow given by name', 'default')
    .option('-k, --idempotency-key <key>', 'start only once under this key')
    .option('--wait', 'show the run until its end, with its exit code')
    .action((subject: string, flags: StartFlags) => start(host, subject, flags));
}

async function start(host: Host, subject: string, flags: StartFlags): Promise<void> {
  const file = isFile(host, subject) ? loadPlan(host, subject, flags.workflow) : undefined;
  // What is wrong with it is said before anybody is asked.
  const fileInputs = file && readInputs(host, file.plan, flags);
  await withInstallation(host, { ...flags, use: 'write' }, async (installation) => {
    const { steering } = installation;
    const named = { namespace: flags.namespace ?? 'default', workflow: subject };
    const plan = file?.plan ?? (await steering.startable(named.namespace, subject));
    const { idempotencyKey } = flags;
    const { run, created } = await steering.start({
      of: file ? sourceOf(file, file.plan) : named,
      inputs: fileInputs ?? readInputs(host, plan, flags),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      traceparent: host.settings.traceparent,
    });
    const folder = file === undefined ? {} : { folder: dirname(subject), compiled: plan };
    await tellStarted(host, installation, { run, created, plan, flags: { ...flags, ...folder } });
  });
}

/** A name has neither a slash nor the ending of a YAML file. */
function isFile(host: Host, subject: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(subject) || existsSync(resolve(host.cwd, subject));
}

interface StartedRun {
  readonly run: string;
  readonly created: boolean;
  readonly plan: Plan;
  readonly flags: StartFlags & DisplayOptions;
}

async function tellStarted(host: Host, installation: Installation, started: StartedRun): Promise<void> {
  const { run, created, plan, flags } = started;
  if (!created) host.say(`This key has started run ${run} before; nothing new was started.`);
  for (const sentence of await missingRoles(installation, plan)) host.say(host.colors.yellow(sentence));
  if (flags.wait) return waitForEnd(host, installation, run, flags);
  host.print(flags.json || flags.jsonl ? JSON.stringify({ run, created }) : run);
}

async function waitForEnd(
  host: Host,
  { runs }: Installation,
  run: string,
  flags: DisplayOptions,
): Promise<void> {
  const interruption = listenForInterruption();
  const view = await createDisplay(host, flags).watch(runs, run, interruption.signal);
  interruption.release();
  if (view === undefined) host.say(`Not waiting any longer. The run goes on: sluice watch ${run}`);
  host.exitCode = view === undefined ? (interruption.exitCode() ?? EXIT.interrupted) : exitCodeOfRun(view);
}
