/** `sluice mark RUN NODE STATE`: a person says how a node ended. */
import { Argument, type Command, Option } from 'commander';
import { parseInputText } from '../../engine/core/inputs.ts';
import type { Json, JsonObject } from '../../engine/core/json.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { MarkRequest } from '../../engine/runtime/client/doing-again.ts';
import { doAndWatch, printPreview } from '../again.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { userName } from '../user-name.ts';

interface MarkFlags extends InstallationFlags {
  readonly output?: readonly string[];
  readonly reason?: string;
  readonly by?: string;
  readonly preview?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

const STATES = ['succeeded', 'failed', 'skipped'] as const;

export function markCommand(host: Host): Command {
  const command = newCommand('mark', 'Says how a node ended, whatever it did.', [
    'mark 01JD2Z3B4V5N6M7K8J9H0G1F2E deploy succeeded --reason "by hand"',
    'mark 01JD2Z3B4V5N6M7K8J9H0G1F2E count succeeded --output rows=12',
    "mark 01JD2Z3B4V5N6M7K8J9H0G1F2E 'resize[3]' skipped --preview",
  ])
    .argument('<run>', 'id of the run')
    .argument('<node>', 'the node, such as resize or resize[3]')
    .addArgument(new Argument('<state>', 'how it ended').choices(STATES));
  return withInstallationFlags(command)
    .addOption(
      new Option('-o, --output <name=value>', 'an output; may be given again').argParser(
        (value: string, before: readonly string[] = []) => [...before, value],
      ),
    )
    .option('--reason <text>', 'why; stands in the history')
    .option('--by <name>', 'who says so (default: your user name)')
    .option('--preview', 'show what would run again and what would stay; change nothing')
    .option('--wait', 'show the run until its end, with its exit code')
    .option('--json', 'print one JSON document')
    .action((run: string, node: string, as: MarkRequest['as'], flags: MarkFlags) =>
      mark(host, run, { node, as }, flags),
    );
}

function mark(host: Host, run: string, asked: MarkRequest, flags: MarkFlags): Promise<void> {
  return withInstallation(host, { ...flags, use: flags.preview ? 'read' : 'write' }, async (installation) => {
    const { steering, driving, runs } = installation;
    const plan = await runs.plan(run);
    const outputs = readOutputs(plan, asked.node, flags.output);
    const request = { ...asked, ...(outputs ? { outputs } : {}) };
    const preview = await steering.previewMark(run, request);
    if (flags.preview) return printPreview(host, run, preview, flags.json === true);
    const by = flags.by ?? userName();
    const reason = flags.reason === undefined ? {} : { reason: flags.reason };
    const act = async () => {
      await steering.ask({ type: 'mark', run, ...request, ...reason, ...(by === undefined ? {} : { by }) });
      host.say(`${asked.node} of run ${run} is marked as ${asked.as}.`);
      return run;
    };
    await doAndWatch(host, installation, { plans: await driving.plansOf(run), flags, act });
  });
}

/** By the declared types of the task; else text. */
function readOutputs(plan: Plan, node: string, texts: readonly string[] | undefined): JsonObject | undefined {
  if (!texts) return undefined;
  const specs = plan.tasks.find(({ id }) => id === node.replace(/\[\d+\]$/, ''))?.outputs ?? {};
  const outputs = texts.map((text): [string, Json] => {
    const at = text.indexOf('=');
    if (at < 1)
      throw usageFailure(`--output ${JSON.stringify(text)} is no output; write --output name=value.`);
    const name = text.slice(0, at);
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    const parsed = spec ? parseInputText(spec, text.slice(at + 1)) : { value: text.slice(at + 1) };
    if ('problem' in parsed) throw usageFailure(`--output: ${name} ${parsed.problem}.`);
    return [name, parsed.value];
  });
  return Object.fromEntries(outputs);
}
