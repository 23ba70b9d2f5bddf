/** `sluice notifications`: what was told to whom, what could not be delivered, and trying that again. */
import type { Command } from 'commander';
import type { NotificationLine } from '../../server/contract/notifications.ts';
import { type InstallationFlags, newCommand, wholeNumber, withInstallationFlags } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { tellOutcomes } from '../view/delivered.ts';
import { plainText } from '../view/plain-text.ts';

interface ListFlags extends InstallationFlags {
  readonly namespace?: string;
  readonly state?: string;
  readonly count: number;
  readonly json?: boolean;
}

interface RetryFlags extends InstallationFlags {
  readonly all?: boolean;
}

export function notificationsCommand(host: Host): Command {
  return newCommand('notifications', 'Shows what was told to whom, and tries again.', [
    'notifications',
    'notifications list --state dead',
    'notifications retry --all',
  ])
    .addCommand(listCommand(host), { isDefault: true })
    .addCommand(retryCommand(host));
}

function listCommand(host: Host): Command {
  const command = newCommand('list', 'Lists notifications, newest first.', [
    'notifications list --state dead',
    'notifications list --namespace billing --json',
  ]);
  return withInstallationFlags(command)
    .option('--namespace <name>', 'only those of this namespace')
    .option('--state <state>', 'only those that are sending, waiting, delivered or dead')
    .option('-n, --count <n>', 'how many', wholeNumber, 50)
    .option('--json', 'print one JSON document')
    .action(({ namespace, state, count, ...flags }: ListFlags) =>
      withInstallation(host, { ...flags, use: 'read' }, async ({ notifications }) => {
        const found = await notifications.list({
          count,
          ...(namespace === undefined ? {} : { namespace }),
          ...(state === undefined ? {} : { state }),
        });
        if (flags.json) return host.print(JSON.stringify({ format: 1, notifications: found }, null, 2));
        if (found.length === 0) return host.say('No notifications.');
        for (const line of formatTable(COLUMNS, found.map(toRow))) host.print(line);
      }),
    );
}

function retryCommand(host: Host): Command {
  const command = newCommand('retry', 'Sends again what waits or was given up.', [
    'notifications retry msg_01J8…',
    'notifications retry --all',
  ]).argument('[id]', 'id of a notification');
  return withInstallationFlags(command)
    .option('--all', 'all that were given up')
    .action((id: string | undefined, flags: RetryFlags) => {
      if (id === undefined && !flags.all) throw usageFailure('Name a notification, or give --all.');
      return withInstallation(host, { ...flags, use: 'write' }, async ({ notifications }) => {
        const delivered = await notifications.retry(flags.all ? undefined : id);
        if (delivered.length === 0 && !flags.all)
          throw new CliFailure(
            EXIT.notFound,
            `No notification has the id ${plainText(id ?? '')}; \`sluice notifications\` lists them.`,
          );
        host.say(
          `${delivered.length === 1 ? '1 notification was' : `${delivered.length} notifications were`} sent again.`,
        );
        tellOutcomes(host, delivered);
      });
    });
}

const COLUMNS = [
  { title: 'When' },
  { title: 'What' },
  { title: 'To' },
  { title: 'State' },
  { title: 'Tries', isNumber: true },
  { title: 'Id' },
  { title: 'Why not' },
];

function toRow({ id, type, workflow, to, state, attempts, at, error }: NotificationLine): string[] {
  return [
    at.slice(0, 19).replace('T', ' '),
    `${type} ${plainText(workflow ?? '')}`.trim(),
    plainText(to),
    state,
    String(attempts),
    id,
    plainText(error ?? '–'),
  ];
}
