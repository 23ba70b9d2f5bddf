/** `sluice rerun RUN`: a new run like a former one, which may take over what need not run again. */
import type { Command } from 'commander';
import { SluiceError } from '../../engine/core/errors.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import type { Plan } from '../../engine/core/plan.ts';
import { doAndWatch, printPreview, readScope, type ScopeFlags } from '../again.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Installation } from '../installation/installation.ts';
import { withInstallation } from '../installation/open.ts';
import type { RerunRequest } from '../installation/steering.ts';
import { type InputFlags, readInputs } from '../run-inputs.ts';
import { loadPlan, sourceOf } from '../workflow-file.ts';

interface RerunFlags extends InstallationFlags, InputFlags, ScopeFlags {
  readonly latest?: boolean;
  readonly file?: string;
  readonly preview?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

export function rerunCommand(host: Host): Command {
  const command = newCommand('rerun', 'Starts a new run like a former one.', [
    'rerun 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'rerun 01JD2Z3B4V5N6M7K8J9H0G1F2E --failed --latest --preview',
    'rerun 01JD2Z3B4V5N6M7K8J9H0G1F2E --from train --input rate=0.1',
  ]).argument('<run>', 'id of the former run');
  return withInstallationFlags(command)
    .option('--failed', 'take over what succeeded, run the rest')
    .option('--from <node...>', 'run these nodes and everything downstream, take over the rest')
    .option('--node <node...>', 'run these nodes alone, take over the rest')
    .option('--all', 'run everything (default)')
    .option('--latest', 'with the newest definition of the workflow')
    .option('--file <path>', 'with the definition in this file')
    .option('-i, --input <name=value>', 'another value of an input; may be given again', collect)
    .option('--inputs-file <path>', 'other values of inputs as JSON or YAML')
    .option('--preview', 'show what would run and what would be taken over; start nothing')
    .option('--wait', 'show the run until its end, with its exit code')
    .option('--json', 'print one JSON document')
    .action((run: string, flags: RerunFlags) => rerun(host, run, flags));
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function rerun(host: Host, run: string, flags: RerunFlags): Promise<void> {
  const scope = readScope(flags, 'all');
  if (flags.latest && flags.file !== undefined) throw usageFailure('Give one of --latest and --file.');
  const use = flags.preview ? 'read' : 'write';
  return withInstallation(host, { ...flags, use }, async (installation) => {
    const { steering } = installation;
    const { definition, plan, before } = await definitionOf(host, installation, run, flags);
    const inputs = newInputs(host, plan, before, flags);
    const wanted = definition === undefined ? {} : { definition };
    const prepared = await steering.prepareRerun(run, { ...scope, inputs, ...wanted });
    const { reset, kept } = prepared.preview;
    if (flags.preview) return printPreview(host, run, prepared.preview, flags.json === true);
    const act = async () => {
      const started = await prepared.start();
      host.say(`Run ${started} was started: ${reset.length} tasks run, ${kept.length} are taken over.`);
      return started;
    };
    await doAndWatch(host, installation, { plans: prepared.plans, flags, act, isNew: true });
  });
}

interface Definition {
  /** Undefined: that of the former run, with the versions of its sub-workflows. */
  readonly definition?: NonNullable<RerunRequest['definition']>;
  readonly plan: Plan;
  /** Inputs of the former run. */
  readonly before: JsonObject;
}

async function definitionOf(
  host: Host,
  { runs, steering }: Installation,
  run: string,
  flags: RerunFlags,
): Promise<Definition> {
  const { inputs: before, namespace, workflow } = await runs.head(run);
  if (flags.file !== undefined) {
    const file = loadPlan(host, flags.file, workflow);
    return { definition: sourceOf(file, file.plan), plan: file.plan, before };
  }
  if (!flags.latest) return { plan: await runs.plan(run), before };
  const plan = await steering.startable(namespace, workflow).catch((thrown: unknown) => {
    throw thrown instanceof SluiceError && thrown.code === 'workflow_not_found' ? noNewest(workflow) : thrown;
  });
  return { definition: 'latest', plan, before };
}

function noNewest(workflow: string): SluiceError {
  return new SluiceError(
    'workflow_not_found',
    `The workflow ${workflow} was neither applied nor started by \`sluice start\`, so there is no newest definition of it; give --file.`,
  );
}

/** The former values, with others in their place. An input that the definition no longer has is left out. */
function newInputs(host: Host, plan: Plan, before: JsonObject, flags: RerunFlags): JsonObject {
  const kept = Object.entries(before).filter(
    ([name, value]) => Object.hasOwn(plan.inputs, name) && value !== null,
  );
  return readInputs(host, plan, flags, Object.fromEntries(kept));
}
