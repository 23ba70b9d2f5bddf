/** What `sluice approve` and `sluice reject` share: which approval is meant, the form, who decides. */
import { type Command, Option } from 'commander';
import { parseInputText } from '../engine/core/inputs.ts';
import type { Json } from '../engine/core/json.ts';
import type { ApprovalMessage } from '../engine/core/message.ts';
import type { ValueSpec } from '../engine/core/plan.ts';
import type { NodeView, RunView } from '../engine/runtime/client/run-view.ts';
import { type InstallationFlags, withInstallationFlags } from './command.ts';
import { EXIT } from './exit-code.ts';
import { CliFailure, usageFailure } from './failure.ts';
import type { Host } from './host.ts';
import { withInstallation } from './installation/open.ts';
import { userName } from './user-name.ts';
import { plainText } from './view/plain-text.ts';

interface DecisionFlags extends InstallationFlags {
  readonly form?: readonly string[];
  readonly comment?: string;
  readonly by?: string;
}

type Fields = { readonly [name: string]: ValueSpec };

export function withDecision(command: Command): Command {
  return withInstallationFlags(
    command
      .argument('<run>', 'id of the run')
      .argument('[node]', 'the approval (default: the one that waits)'),
  )
    .addOption(
      new Option('-f, --form <name=value>', 'a field of the form; may be given again').argParser(
        (value: string, before: readonly string[] = []) => [...before, value],
      ),
    )
    .option('--comment <text>', 'why; stands in the history and in the outputs')
    .option('--by <name>', 'who decides (default: your user name)');
}

/** The action of both commands. */
export function deciding(host: Host, decision: ApprovalMessage['decision']) {
  return (run: string, node: string | undefined, flags: DecisionFlags): Promise<void> =>
    withInstallation(host, { ...flags, use: 'write' }, async ({ runs, steering }) => {
      const view = await runs.show(run);
      const chosen = node === undefined ? theOneThatWaits(view) : nodeOf(view, node);
      const form = readForm(chosen?.waiting?.fields ?? {}, flags.form ?? []);
      const by = flags.by ?? userName();
      await steering.ask({
        type: 'approval',
        run,
        node: chosen?.id ?? node ?? '',
        decision,
        form,
        ...(flags.comment === undefined ? {} : { comment: flags.comment }),
        ...(by === undefined ? {} : { by }),
      });
      host.say(`${plainText(chosen?.id ?? node ?? '')} of run ${run} is ${decision}.`);
    });
}

function nodeOf({ nodes, id }: RunView, name: string): NodeView {
  const found = nodes.find((node) => node.id === name);
  if (found) return found;
  throw new CliFailure(EXIT.notFound, `Run ${id} has no node "${name}"; \`sluice show ${id}\` lists them.`);
}

function theOneThatWaits({ nodes, id }: RunView): NodeView {
  const waiting = nodes.filter((node) => node.waiting?.for === 'approval');
  const [first, second] = waiting;
  if (first && !second) return first;
  if (!first) throw new CliFailure(EXIT.conflict, `Nothing in run ${id} waits for an approval.`);
  const names = waiting.map((node) => node.id).join(', ');
  throw usageFailure(`Several nodes of run ${id} wait for an approval: ${names}. Name one of them.`);
}

function readForm(fields: Fields, texts: readonly string[]): { [name: string]: Json } {
  const form: [string, Json][] = texts.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw usageFailure(`--form ${JSON.stringify(text)} is no field; write --form name=value.`);
    const name = text.slice(0, at);
    const spec = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const parsed = spec ? parseInputText(spec, text.slice(at + 1)) : { value: text.slice(at + 1) };
    if ('problem' in parsed) throw usageFailure(`--form: ${name} ${parsed.problem}.`);
    return [name, parsed.value];
  });
  return Object.fromEntries(form);
}
