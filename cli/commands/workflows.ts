/** `sluice workflows`: the workflows that were applied. */
import type { Command } from 'commander';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

interface WorkflowsFlags extends InstallationFlags {
  readonly namespace?: string;
  readonly json?: boolean;
}

const COLUMNS = [
  { title: 'Workflow' },
  { title: 'Namespace' },
  { title: 'Version', isNumber: true },
  { title: 'Tasks', isNumber: true },
  { title: 'Schedules', isNumber: true },
  { title: 'Applied' },
  { title: 'Description' },
];

export function workflowsCommand(host: Host): Command {
  const command = newCommand('workflows', 'Lists the workflows that were applied.', [
    'workflows',
    'workflows --namespace billing',
    'workflows --json',
  ]);
  return withInstallationFlags(command)
    .option('--namespace <name>', 'only those of this namespace')
    .option('--json', 'print one JSON document')
    .action((flags: WorkflowsFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, async (installation) => {
        const lines = await installation.workflows.list(flags.namespace);
        const workflows = lines.map((line) => ({
          namespace: line.namespace,
          name: line.name,
          version: line.version,
          plan: line.plan,
          tasks: line.tasks,
          schedules: line.schedules.length,
          applied_at: line.applied_at,
          description: line.description,
        }));
        if (flags.json) return host.print(JSON.stringify({ format: 1, workflows }, null, 2));
        if (workflows.length === 0)
          return host.say('No workflow was applied. `sluice apply DIR` stores those of a folder.');
        const rows = workflows.map((one) => [
          plainText(one.name),
          plainText(one.namespace),
          String(one.version),
          String(one.tasks),
          String(one.schedules),
          one.applied_at.replace(/\.\d+Z$/, 'Z'),
          plainText(one.description ?? '').split('\n')[0] ?? '',
        ]);
        for (const line of formatTable(COLUMNS, rows)) host.print(line);
      }),
    );
}
