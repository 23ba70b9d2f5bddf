/** `sluice history NAME`: the versions of a workflow. */
import type { Command } from 'commander';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';

interface HistoryFlags extends InstallationFlags {
  readonly namespace: string;
  readonly json?: boolean;
}

const COLUMNS = [
  { title: 'Version', isNumber: true },
  { title: 'Applied' },
  { title: 'Plan' },
  { title: '' },
];

export function historyCommand(host: Host): Command {
  const command = newCommand('history', 'Lists the versions of a workflow.', [
    'history nightly-etl',
    'history nightly-etl --namespace billing',
    'history nightly-etl --json',
  ]).argument('<workflow>', 'name of the workflow');
  return withInstallationFlags(command)
    .option('--namespace <name>', 'namespace of the workflow', 'default')
    .option('--json', 'print one JSON document')
    .action((name: string, flags: HistoryFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, async ({ workflows }) => {
        const definition = await workflows.history(flags.namespace, name);
        const versions = definition.versions.map(({ number, plan, applied_at }) => ({
          version: number,
          current: number === definition.version,
          plan,
          applied_at,
        }));
        if (flags.json) {
          const { namespace } = definition;
          return host.print(JSON.stringify({ format: 1, namespace, name, versions }, null, 2));
        }
        const rows = versions.map(({ version, current, plan, applied_at }) => [
          String(version),
          applied_at.replace(/\.\d+Z$/, 'Z'),
          plan.slice(0, 12),
          current ? host.outColors.green('current') : '',
        ]);
        for (const line of formatTable(COLUMNS, rows)) host.print(line);
      }),
    );
}
