/** `sluice queues`: which queues there are, who serves them, and what waits in each. */
import type { Command } from 'commander';
import type { QueueLine } from '../../server/queue-line.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

const COLUMNS = [
  { title: 'Queue' },
  { title: 'Workers', isNumber: true },
  { title: 'Slots', isNumber: true },
  { title: 'Running', isNumber: true },
  { title: 'Waiting', isNumber: true },
  { title: 'Oldest since' },
];

export function queuesCommand(host: Host): Command {
  const command = newCommand('queues', 'Lists queues, with what waits in each.', ['queues', 'queues --json']);
  return withInstallationFlags(command)
    .option('--json', 'print one JSON document')
    .action(({ json, ...flags }: InstallationFlags & { readonly json?: boolean }) =>
      withInstallation(host, { ...flags, use: 'read' }, async (installation) => {
        const queues = await installation.queues();
        if (json) return host.print(JSON.stringify({ format: 1, queues }, null, 2));
        if (queues.length === 0) return host.say('No queue is served, and nothing waits in one.');
        for (const line of formatTable(COLUMNS, queues.map(toRow))) host.print(line);
        for (const { name, waiting, workers } of queues)
          if (waiting > 0 && workers.length === 0)
            host.say(
              host.colors.yellow(
                `Nobody serves ${plainText(name)}: sluice worker --queues ${plainText(name)}`,
              ),
            );
      }),
    );
}

function toRow({ name, workers, slots, running, waiting, oldest_at }: QueueLine): string[] {
  const oldest = oldest_at === null ? '' : oldest_at.slice(0, 19).replace('T', ' ');
  return [plainText(name), String(workers.length), String(slots), String(running), String(waiting), oldest];
}
