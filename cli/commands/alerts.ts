/** `sluice alerts`: the channels and rules of this installation, and a test of each channel. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { sendTest } from '../../engine/runtime/client/notification-view.ts';
import { describeChannel } from '../../notifications/channels.ts';
import { newCommand, type RedisFlags, withRedis } from '../command.ts';
import { notificationSettings } from '../compose/notifier.ts';
import { withDriving } from '../compose/notifying.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { formatTable } from '../view/columns.ts';
import { plainText } from '../view/plain-text.ts';

export function alertsCommand(host: Host): Command {
  return newCommand('alerts', 'Shows who is told of what, and tests it.', [
    'alerts',
    'alerts list --json',
    'alerts test ops',
  ])
    .addCommand(listCommand(host), { isDefault: true })
    .addCommand(testCommand(host));
}

function listCommand(host: Host): Command {
  return newCommand('list', 'Lists channels and alert rules.', ['alerts list'])
    .option('--json', 'print one JSON document')
    .action((flags: { readonly json?: boolean }) => {
      const { channels, rules } = notificationSettings(host);
      const shown = [...channels].map(([name, one]) => ({ name, leads_to: describeChannel(one) }));
      if (flags.json)
        return host.print(JSON.stringify({ format: 1, channels: shown, alerts: rules }, null, 2));
      if (shown.length === 0)
        return host.say('No channels: name some under `channels` in sluice.config.yaml.');
      const rows = shown.map(({ name, leads_to }) => [name, plainText(leads_to)]);
      for (const line of formatTable([{ title: 'Channel' }, { title: 'Leads to' }], rows)) host.print(line);
      for (const { channel, on, namespace, workflow } of rules)
        host.print(
          `${channel} is told of ${[on].flat().join(', ')} of ${workflow ?? 'all workflows'}${namespace === undefined ? '' : ` of namespace ${namespace}`}`,
        );
    });
}

function testCommand(host: Host): Command {
  const command = newCommand('test', 'Sends a test by a channel, and says how it went.', [
    'alerts test ops',
  ]).argument('[channel]', 'name of a channel (default: all)');
  return withRedis(command).action((channel: string | undefined, flags: RedisFlags) => {
    const { channels } = notificationSettings(host);
    const names = channel === undefined ? [...channels.keys()] : [channel];
    const known = [...channels.keys()].join(', ') || 'none';
    if (names.length === 0 || !names.every((name) => channels.has(name)))
      throw usageFailure(
        `There is no channel ${channel === undefined ? 'to test' : `"${plainText(channel)}"`} (known here: ${known}).`,
      );
    return withDriving(host, flags, async ({ store, clock }) => {
      const request = randomUUID();
      const at = clock.now();
      return Promise.all(names.map((name) => sendTest(store, name, { request, at })));
    });
  });
}
