/** `sluice rerun RUN`: a new run like a former one, which may take over what need not run again. */
import type { Command } from 'commander';
import { SluiceError } from '../../engine/core/errors.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { SourceRef } from '../../engine/core/ticket.ts';
import { type NewDefinition, prepareRerun } from '../../engine/runtime/client/rerun.ts';
import { packSource, storeBundle } from '../../engine/runtime/source/source-bundle.ts';
import { doAndWatch, printPreview, readScope, type ScopeFlags } from '../again.ts';
import { newCommand, type RedisFlags, withRedis } from '../command.ts';
import type { Engine } from '../compose/engine.ts';
import { withEngine } from '../compose/with-engine.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { type InputFlags, readInputs } from '../run-inputs.ts';
import { loadPlan } from '../workflow-file.ts';

interface RerunFlags extends RedisFlags, InputFlags, ScopeFlags {
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
  return withRedis(command)
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
  return withEngine(host, { ...flags, use: flags.preview ? 'read' : 'write' }, async (engine) => {
    const { client } = engine;
    const { stored, plan: former } = await client.load(run);
    const definition = await newDefinition(host, engine, former, flags);
    const plan = definition?.plan ?? former;
    const inputs = newInputs(host, plan, stored.header.inputs, flags);
    const prepared = await prepareRerun(client, run, {
      ...scope,
      inputs,
      ...(definition ? { definition } : {}),
    });
    const { reset, kept } = prepared.preview;
    if (flags.preview) return printPreview(host, run, prepared.preview, flags.json === true);
    const act = async () => {
      const started = await prepared.start();
      host.say(`Run ${started} was started: ${reset.length} tasks run, ${kept.length} are taken over.`);
      return started;
    };
    const plans = [plan, ...prepared.linked];
    await doAndWatch(host, engine, { plans, flags, act, isNew: true });
  });
}

/** Undefined: that of the former run, with the versions of its sub-workflows. */
async function newDefinition(
  host: Host,
  engine: Engine,
  former: Plan,
  flags: RerunFlags,
): Promise<NewDefinition | undefined> {
  if (flags.file !== undefined) {
    const { plan, plans, linked, folder } = loadPlan(host, flags.file, former.name);
    return { plan, linked: [...plans, ...linked], source: (run) => storeFolder(engine, folder, run) };
  }
  if (!flags.latest) return undefined;
  const found = await engine.client.findWorkflow(former.namespace, former.name);
  if (found) return found;
  throw new SluiceError(
    'workflow_not_found',
    `The workflow ${former.name} was neither applied nor started by \`sluice start\`, so there is no newest definition of it; give --file.`,
  );
}

async function storeFolder(engine: Engine, folder: string, run: string): Promise<SourceRef> {
  if (engine.isEmbedded) return { directory: folder };
  return storeBundle(engine.artifacts, run, await packSource(folder));
}

/** The former values, with others in their place. An input that the definition no longer has is left out. */
function newInputs(host: Host, plan: Plan, before: JsonObject, flags: RerunFlags): JsonObject {
  const kept = Object.entries(before).filter(
    ([name, value]) => Object.hasOwn(plan.inputs, name) && value !== null,
  );
  return readInputs(host, plan, flags, Object.fromEntries(kept));
}
