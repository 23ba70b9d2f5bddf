/** `sluice notifications`: what was told to whom, what could not be delivered, and trying that again. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import {
  type DeliveryView,
  readDeliveries,
  retryDeliveries,
} from '../../engine/runtime/client/notification-view.ts';
import { newCommand, type RedisFlags, wholeNumber, withRedis } from '../command.ts';
import { withDriving } from '../compose/notifying.ts';
import { withEngine } from '../compose/with-engine.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

interface ListFlags extends RedisFlags {
  readonly namespace?: string;
  readonly state?: string;
  readonly count: number;
  readonly json?: boolean;
}

interface RetryFlags extends RedisFlags {
  readonly all?: boolean;
}

const WAIT_MS = 5_000;

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
  return withRedis(command)
    .option('--namespace <name>', 'only those of this namespace')
    .option('--state <state>', 'only those that are sending, waiting, delivered or dead')
    .option('-n, --count <n>', 'how many', wholeNumber, 50)
    .option('--json', 'print one JSON document')
    .action((flags: ListFlags) =>
      withEngine(host, { ...flags, use: 'read' }, async ({ store, shards }) => {
        const all = await readDeliveries(store, shards);
        const found = all
          .filter(
            ({ namespace, state }) =>
              (flags.namespace ?? namespace) === namespace && (flags.state ?? state) === state,
          )
          .slice(0, flags.count);
        if (flags.json)
          return host.print(JSON.stringify({ format: 1, notifications: found.map(toLine) }, null, 2));
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
  return withRedis(command)
    .option('--all', 'all that were given up')
    .action((id: string | undefined, flags: RetryFlags) =>
      withDriving(host, flags, async ({ store, shards }) => {
        const all = await readDeliveries(store, shards);
        const wanted = all.filter(({ state, notification }) =>
          flags.all ? state === 'dead' : notification.id === id,
        );
        if (wanted.length === 0 && !flags.all)
          throw new CliFailure(
            EXIT.notFound,
            `No notification has the id ${plainText(id ?? '')}; \`sluice notifications\` lists them.`,
          );
        await retryDeliveries(store, wanted, { request: randomUUID(), waitMs: WAIT_MS });
        host.say(
          `${wanted.length === 1 ? '1 notification is' : `${wanted.length} notifications are`} sent again.`,
        );
        return wanted.map(({ notification }) => notification.id);
      }),
    );
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

function toRow({ notification, state, attempt, error }: DeliveryView): string[] {
  const { id, type, at } = notification;
  return [
    new Date(at).toISOString().slice(0, 19).replace('T', ' '),
    `${type} ${plainText(String(notification.data['workflow'] ?? ''))}`.trim(),
    plainText(targetOf(notification)),
    state,
    String(attempt),
    id,
    plainText(error ?? '–'),
  ];
}

/** A callback's address may say who may call it: only where it leads is shown. */
function targetOf({ target }: DeliveryView['notification']): string {
  if (target.kind === 'channel') return target.channel;
  return URL.canParse(target.url) ? `callback ${new URL(target.url).host}` : 'callback';
}

function toLine({
  namespace,
  workflow,
  notification,
  state,
  attempt,
  nextAt,
  error,
  changedAt,
}: DeliveryView) {
  const { id, type, at, text, data } = notification;
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    id,
    namespace,
    workflow: workflow === '-' ? null : workflow,
    type,
    to: targetOf(notification),
    state,
    attempts: attempt,
    at: iso(at),
    changed_at: iso(changedAt),
    next_at: nextAt === undefined ? null : iso(nextAt),
    error: error ?? null,
    text,
    run: data['run'] ?? null,
  };
}
