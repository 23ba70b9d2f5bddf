/** `sluice explain RUN[/NODE]`: why it is not running, why it was skipped, what it waits for, and when it goes on. */
import type { Command } from 'commander';
import type { NodeExplanation, Reason, RunExplanation } from '../../engine/core/explain/index.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import type { Colors, Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import type { Runs } from '../installation/runs.ts';
import { plainLines, plainText } from '../view/plain-text.ts';
import { signOf } from '../view/status-mark.ts';

interface ExplainFlags extends InstallationFlags {
  readonly json?: boolean;
}

export function explainCommand(host: Host): Command {
  const command = newCommand('explain', 'Says why a run or node stands as it does.', [
    'explain 01JD2Z3B4V5N6M7K8J9H0G1F2E',
    'explain 01JD2Z3B4V5N6M7K8J9H0G1F2E/publish',
    "explain '01JD2Z3B4V5N6M7K8J9H0G1F2E/resize[3]' --json",
  ]).argument('<run>', 'id of the run, or RUN/NODE');
  return withInstallationFlags(command)
    .option('--json', 'print one JSON document')
    .action((subject: string, flags: ExplainFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, ({ runs }) =>
        explain(host, runs, { subject, flags }),
      ),
    );
}

interface Question {
  readonly subject: string;
  readonly flags: ExplainFlags;
}

async function explain(host: Host, runs: Runs, { subject, flags }: Question): Promise<void> {
  const slash = subject.indexOf('/');
  if (slash < 0) return printRun(host, await runs.explain(subject), flags);
  printNode(host, await runs.explainNode(subject.slice(0, slash), subject.slice(slash + 1)), flags);
}

function printRun(host: Host, found: RunExplanation, { json }: ExplainFlags): void {
  if (json) return host.print(JSON.stringify(found, null, 2));
  const { outColors: colors } = host;
  const head = `${colors.bold(plainText(found.workflow))}  run ${found.run}  ${found.status}`;
  const lines = [head, ...found.reasons.flatMap((one) => reasonLines(one, '  '))];
  for (const node of found.nodes) lines.push('', ...nodeLines(node, colors));
  if (found.more > 0) lines.push('', `… and ${found.more} more nodes`);
  host.print(lines.join('\n'));
}

function printNode(host: Host, found: NodeExplanation, { json }: ExplainFlags): void {
  if (json) return host.print(JSON.stringify(found, null, 2));
  host.print(nodeLines(found, host.outColors).join('\n'));
}

function nodeLines(node: NodeExplanation, colors: Colors): string[] {
  const title = `${signOf(node.status, colors)} ${colors.bold(plainText(node.node))} ${node.status}`;
  return [title, ...node.reasons.flatMap((one) => reasonLines(one, '  '))];
}

/** A message may have several lines, and may hold anything. */
function reasonLines({ text }: Reason, indent: string): string[] {
  return plainLines(text)
    .filter((line) => line !== '')
    .map((line, i) => `${indent}${i === 0 ? '' : '  '}${line}`);
}
