/** `sluice workers`: who does the tasks, and who decides what is next. */
import type { Command } from 'commander';
import type { WorkerLine } from '../../server/queue-line.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

const COLUMNS = [
  { title: 'Worker' },
  { title: 'Queues' },
  { title: 'Labels' },
  { title: 'Running', isNumber: true },
  { title: 'Since' },
  { title: 'Version' },
];

export function workersCommand(host: Host): Command {
  const command = newCommand('workers', 'Lists live workers and orchestrators.', [
    'workers',
    'workers --json',
  ]);
  return withInstallationFlags(command)
    .option('--json', 'print one JSON document')
    .action(({ json, ...flags }: InstallationFlags & { readonly json?: boolean }) =>
      withInstallation(host, { ...flags, use: 'read' }, async ({ members }) => {
        const found = await members();
        if (found === undefined)
          throw new CliFailure(
            EXIT.unreachable,
            'Workers serve all namespaces, so a token needs the role viewer in all of them to see who they are.',
          );
        const { orchestrators, workers } = found;
        if (json) return host.print(JSON.stringify({ format: 1, orchestrators, workers }, null, 2));
        for (const line of formatTable(COLUMNS, workers.map(toRow))) host.print(line);
        if (workers.length === 0) host.say('No worker is running. Start one: sluice worker');
        const count = orchestrators.length;
        if (count === 0) host.say('No orchestrator is running. Start one: sluice orchestrator');
        else
          host.say(`${count} ${count === 1 ? 'orchestrator decides' : 'orchestrators decide'} what is next.`);
      }),
    );
}

function toRow({ name, queues, labels, running, started_at, version }: WorkerLine): string[] {
  const words = (pairs: { readonly [name: string]: string | number }, sign: string) =>
    plainText(
      Object.entries(pairs)
        .map(([key, value]) => `${key}${sign}${value}`)
        .join(', '),
    );
  const since = started_at.slice(0, 19).replace('T', ' ');
  return [plainText(name), words(queues, ':'), words(labels, '='), String(running), since, version];
}
