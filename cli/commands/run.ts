import { dirname } from 'node:path';
import type { Command } from 'commander';
import { messageOf } from '../../engine/core/errors.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { SourceRef } from '../../engine/core/ticket.ts';
import { packSource, storeBundle } from '../../engine/runtime/source/source-bundle.ts';
import {
  type InstallationFlags,
  newCommand,
  wholeNumber,
  withArtifacts,
  withInputs,
  withInstallationFlags,
  withLogStore,
  withOutput,
} from '../command.ts';
import { type Engine, openEngine } from '../compose/engine.ts';
import { troubleLogger } from '../compose/logger.ts';
import { deliverRest, hasToTell } from '../compose/notifying.ts';
import { type Role, startOrchestrator } from '../compose/roles.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Installation } from '../installation/installation.ts';
import { isThroughServer, withInstallation } from '../installation/open.ts';
import { redisInstallation } from '../installation/redis/index.ts';
import { type Interruption, listenForInterruption } from '../interruption.ts';
import { startWorkersFor } from '../local-workers.ts';
import { missingRoles } from '../missing-roles.ts';
import { type InputFlags, readInputs } from '../run-inputs.ts';
import { createDisplay, exitCodeOfRun, type OutputFlags, type RunDisplay } from '../run-watching.ts';
import { findUnfinished } from '../unfinished-runs.ts';
import { loadPlan, sourceOf } from '../workflow-file.ts';

interface RunFlags extends InstallationFlags, InputFlags, OutputFlags {
  readonly workflow?: string;
  readonly slots?: number;
}

/** How long the worker may finish work of other runs at the end, ms. */
const DRAIN_MS = 30_000;
/** How long what is to be told of the run may take at the end, ms. */
const NOTIFY_MS = 10_000;
/** Between SIGTERM and SIGKILL for the tasks of a run that is cancelled, ms. */
const CANCEL_GRACE_MS = 10_000;

export function runCommand(host: Host): Command {
  const command = newCommand('run', 'Runs a workflow to its end.', [
    'run workflow.yaml',
    'run workflow.yaml --input year=2015 --input city=Seattle',
    'run workflow.yaml --json > run.json',
  ]).argument('<file>', 'workflow file');
  return withLogStore(withArtifacts(withInstallationFlags(withOutput(withInputs(command)))))
    .option('--slots <n>', 'tasks at once in each queue', wholeNumber)
    .action((file: string, flags: RunFlags) =>
      isThroughServer(host, flags) ? runElsewhere(host, file, flags) : runHere(host, file, flags),
    );
}

/** The orchestrators and workers of the server's installation do it; this command shows it, and cancels it when it is interrupted. */
async function runElsewhere(host: Host, path: string, flags: RunFlags): Promise<void> {
  if (flags.slots !== undefined)
    throw usageFailure('--slots is for workers of this machine; the workers of a server have their own.');
  const file = loadPlan(host, path, flags.workflow);
  const inputs = readInputs(host, file.plan, flags);
  const display = createDisplay(host, { ...flags, folder: dirname(path), compiled: file.plan });
  const interruption = listenForInterruption();
  try {
    await withInstallation(host, { ...flags, use: 'write' }, async (installation) => {
      const { run } = await installation.steering.start({
        of: sourceOf(file, file.plan),
        inputs,
        traceparent: host.settings.traceparent,
      });
      for (const sentence of await missingRoles(installation, file.plan)) display.note(sentence);
      host.exitCode = await watchToEnd({ installation, display, interruption }, run);
    });
  } finally {
    interruption.release();
  }
}

async function runHere(host: Host, file: string, flags: RunFlags): Promise<void> {
  const { plan, folder, plans, linked } = loadPlan(host, file, flags.workflow);
  const children = [...plans, ...linked];
  const inputs = readInputs(host, plan, flags);
  const display = createDisplay(host, { ...flags, folder: dirname(file), compiled: plan });
  const engine = await openEngine(host, {
    ...flags,
    use: 'write',
    logger: troubleLogger(host, display.note),
  });
  const interruption = listenForInterruption();
  const roles: Role[] = [];
  host.drivesRuns = true;
  try {
    const unfinished = await findUnfinished(engine);
    if (unfinished.beginning !== undefined) display.note(unfinished.beginning);
    roles.push(...(await startWorkersFor(host, engine, [plan, ...children], flags.slots)));
    roles.push(await startOrchestrator(host, engine));
    const run = await start(engine, {
      plan,
      children,
      inputs,
      folder,
      traceparent: host.settings.traceparent,
    });
    const installation = redisInstallation(host, engine);
    host.exitCode = await watchToEnd({ installation, display, interruption }, run);
    if ([plan, ...children].some((one) => hasToTell(host, one))) await deliverRest(engine, NOTIFY_MS);
    const rest = await unfinished.ending();
    if (rest !== undefined) host.say(rest);
  } finally {
    await Promise.all(roles.map((role) => role.stop(DRAIN_MS)));
    await engine.close();
    interruption.release();
  }
}

interface Starting {
  readonly plan: Plan;
  /** Plans that came with it, which its sub-workflows may be. */
  readonly children: readonly Plan[];
  readonly inputs: JsonObject;
  readonly folder: string;
  readonly traceparent: string | undefined;
}

async function start(engine: Engine, starting: Starting): Promise<string> {
  const { plan, children, inputs, folder, traceparent } = starting;
  const source = await sourceFor(engine, folder);
  const { run } = await engine.client.start(plan, {
    inputs,
    source,
    linked: children,
    ...(traceparent === undefined ? {} : { traceparent }),
  });
  return run;
}

/** On a private Redis all workers are on this machine and can use the folder itself; elsewhere they need a copy. */
async function sourceFor(
  engine: Engine,
  folder: string,
): Promise<SourceRef | ((run: string) => Promise<SourceRef>)> {
  if (engine.isEmbedded) return { directory: folder };
  const bundle = await packSource(folder);
  return (run) => storeBundle(engine.artifacts, run, bundle);
}

interface Watching {
  readonly installation: Installation;
  readonly display: RunDisplay;
  readonly interruption: Interruption;
}

/** The first Ctrl-C cancels the run; its end is awaited all the same. */
async function watchToEnd(
  { installation: { runs, steering }, display, interruption }: Watching,
  run: string,
): Promise<number> {
  const cancel = () => {
    display.note('Cancelling the run. Press Ctrl-C again to end at once.');
    steering
      .ask({ type: 'cancel', run, reason: 'interrupted', graceMs: CANCEL_GRACE_MS })
      .catch((thrown: unknown) => display.note(messageOf(thrown)));
  };
  if (interruption.signal.aborted) cancel();
  else interruption.signal.addEventListener('abort', cancel, { once: true });
  const view = await display.watch(runs, run, new AbortController().signal);
  if (view === undefined || view.status === 'succeeded') return 0;
  return interruption.exitCode() ?? exitCodeOfRun(view);
}
