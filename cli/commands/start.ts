/** `sluice start FILE|NAME`: hands a run over to the orchestrators and workers of a Redis. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { SluiceError } from '../../engine/core/errors.ts';
import type { Plan } from '../../engine/core/plan.ts';
import { saveStarted } from '../../engine/runtime/client/find-workflow.ts';
import type { FoundWorkflow } from '../../engine/runtime/client/pins.ts';
import { bundleHolder, packSource, storeBundle } from '../../engine/runtime/source/source-bundle.ts';
import { newCommand, type RedisFlags, withArtifacts, withInputs, withOutput, withRedis } from '../command.ts';
import type { Engine } from '../compose/engine.ts';
import { withEngine } from '../compose/with-engine.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { listenForInterruption } from '../interruption.ts';
import { missingRoles } from '../missing-roles.ts';
import { type InputFlags, readInputs } from '../run-inputs.ts';
import { createDisplay, type DisplayOptions, exitCodeOfRun, type OutputFlags } from '../run-watching.ts';
import { loadPlan } from '../workflow-file.ts';

interface StartFlags extends RedisFlags, InputFlags, OutputFlags {
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
  return withArtifacts(withRedis(withOutput(withInputs(command))))
    .option('--namespace <name>', 'namespace of a workflow given by name', 'default')
    .option('-k, --idempotency-key <key>', 'start only once under this key')
    .option('--wait', 'show the run until its end, with its exit code')
    .action((subject: string, flags: StartFlags) => start(host, subject, flags));
}

async function start(host: Host, subject: string, flags: StartFlags): Promise<void> {
  const file = isFile(host, subject) ? loadPlan(host, subject, flags.workflow) : undefined;
  const fileInputs = file && readInputs(host, file.plan, flags);
  const bundle = file && (await packSource(file.folder));
  await withEngine(host, { ...flags, use: 'write' }, async (engine) => {
    const saved = file ? undefined : await findWorkflow(engine, flags.namespace ?? 'default', subject);
    const plan = file?.plan ?? saved?.plan;
    if (plan === undefined) return;
    const linked = file ? [...file.plans, ...file.linked] : (saved?.linked ?? []);
    let source = saved?.source;
    const { run, created } = await engine.client.start(plan, {
      inputs: fileInputs ?? readInputs(host, plan, flags),
      linked,
      ...(flags.idempotencyKey === undefined ? {} : { idempotencyKey: flags.idempotencyKey }),
      source: async () => {
        if (bundle) source = await storeBundle(engine.artifacts, bundleHolder(bundle.hash), bundle);
        return source;
      },
    });
    if (file) await saveStarted(engine.index, { plan, linked, ...(source === undefined ? {} : { source }) });
    const folder = file === undefined ? {} : { folder: dirname(subject), compiled: plan };
    await tellStarted(host, engine, { run, created, plan, flags: { ...flags, ...folder } });
  });
}

/** A name has neither a slash nor the ending of a YAML file. */
function isFile(host: Host, subject: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(subject) || existsSync(resolve(host.cwd, subject));
}

async function findWorkflow(engine: Engine, namespace: string, name: string): Promise<FoundWorkflow> {
  const found = await engine.client.findWorkflow(namespace, name);
  if (found) return found;
  throw new SluiceError(
    'workflow_not_found',
    `No workflow "${name}" was applied or started in the namespace "${namespace}" of this Redis, and there is no such file. ` +
      'Apply it (`sluice apply workflow.yaml`), or start it once from its file (`sluice start workflow.yaml`).',
  );
}

interface StartedRun {
  readonly run: string;
  readonly created: boolean;
  readonly plan: Plan;
  readonly flags: StartFlags & DisplayOptions;
}

async function tellStarted(host: Host, engine: Engine, started: StartedRun): Promise<void> {
  const { run, created, plan, flags } = started;
  if (!created) host.say(`This key has started run ${run} before; nothing new was started.`);
  for (const sentence of await missingRoles(engine, plan)) host.say(host.colors.yellow(sentence));
  if (flags.wait) return waitForEnd(host, engine, run, flags);
  host.print(flags.json || flags.jsonl ? JSON.stringify({ run, created }) : run);
}

async function waitForEnd(host: Host, engine: Engine, run: string, flags: DisplayOptions): Promise<void> {
  const interruption = listenForInterruption();
  const view = await createDisplay(host, flags).watch(engine, run, interruption.signal);
  interruption.release();
  if (view === undefined) host.say(`Not waiting any longer. The run goes on: sluice watch ${run}`);
  host.exitCode = view === undefined ? (interruption.exitCode() ?? EXIT.interrupted) : exitCodeOfRun(view);
}
