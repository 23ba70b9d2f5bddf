/** `sluice alerts`: what fires, the channels and rules of this installation, and a test of each channel. */
import type { Command } from 'commander';
import { messageOf } from '../../engine/core/errors.ts';
import type { AlertLine } from '../../server/contract/alerts.ts';
import type { ChannelLines } from '../../server/parts.ts';
import { type InstallationFlags, newCommand, withInstallationFlags } from '../command.ts';
import { channelLines } from '../compose/channel-lines.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { isThroughServer, withInstallation } from '../installation/open.ts';
import { formatTable } from '../view/columns.ts';
import { tellOutcomes } from '../view/delivered.ts';
import { plainText } from '../view/plain-text.ts';

export function alertsCommand(host: Host): Command {
  return newCommand('alerts', 'Shows what fires and who is told of what, and tests it.', [
    'alerts',
    'alerts list --json',
    'alerts test ops',
  ])
    .addCommand(listCommand(host), { isDefault: true })
    .addCommand(testCommand(host));
}

function listCommand(host: Host): Command {
  const command = newCommand('list', 'Lists what fires now, channels, and who is told of what.', [
    'alerts list',
    'alerts list --json',
  ]);
  return withInstallationFlags(command)
    .option('--json', 'print one JSON document')
    .action(async (flags: InstallationFlags & { readonly json?: boolean }) => {
      const { channels, alerts } = await channelsOf(host, flags);
      const firing = await firingOf(host, flags);
      if (flags.json) return host.print(JSON.stringify({ format: 1, channels, alerts, firing }, null, 2));
      if (firing !== null) tellFiring(host, firing);
      if (channels.length === 0) host.say('No channels: name some under `channels` in sluice.config.yaml.');
      else {
        const rows = channels.map(({ name, leads_to }) => [name, plainText(leads_to)]);
        for (const line of formatTable([{ title: 'Channel' }, { title: 'Leads to' }], rows)) host.print(line);
      }
      for (const { channel, on, namespace, workflow } of alerts)
        host.print(
          `${channel ?? 'nobody'} is told of ${[on].flat().join(', ')} of ${workflow ?? 'all workflows'}${namespace === undefined ? '' : ` of namespace ${namespace}`}`,
        );
    });
}

/** Null where it cannot be known: settings are shown also where nothing is installed yet. */
async function firingOf(host: Host, flags: InstallationFlags): Promise<readonly AlertLine[] | null> {
  try {
    const all = await withInstallation(host, { ...flags, use: 'read' }, ({ notifications }) =>
      notifications.alerts(),
    );
    return all.filter(({ state }) => state === 'firing');
  } catch (thrown) {
    if (isThroughServer(host, flags)) throw thrown;
    host.say(`What fires is not known: ${messageOf(thrown)}`);
    return null;
  }
}

const FIRING = [
  { title: 'Fires' },
  { title: 'Since' },
  { title: 'Times', isNumber: true },
  { title: 'What' },
];

function tellFiring(host: Host, firing: readonly AlertLine[]): void {
  if (firing.length === 0) return host.say('Nothing fires.');
  const rows = firing.map(({ rule, since, count, summary }) => [
    rule,
    since.slice(0, 19).replace('T', ' '),
    String(count),
    plainText(summary),
  ]);
  for (const line of formatTable(FIRING, rows)) host.print(line);
}

/** The settings of this folder need no Redis. */
async function channelsOf(host: Host, flags: InstallationFlags): Promise<ChannelLines> {
  if (!isThroughServer(host, flags)) return channelLines(host);
  return withInstallation(host, { ...flags, use: 'read' }, ({ notifications }) => notifications.channels());
}

function testCommand(host: Host): Command {
  const command = newCommand('test', 'Sends a test by a channel, and says how it went.', [
    'alerts test ops',
  ]).argument('[channel]', 'name of a channel (default: all)');
  return withInstallationFlags(command).action(
    async (channel: string | undefined, flags: InstallationFlags) => {
      const known = (await channelsOf(host, flags)).channels.map(({ name }) => name);
      const names = channel === undefined ? known : [channel];
      if (names.length === 0 || !names.every((name) => known.includes(name)))
        throw usageFailure(
          `There is no channel ${channel === undefined ? 'to test' : `"${plainText(channel)}"`} (known here: ${known.join(', ') || 'none'}).`,
        );
      await withInstallation(host, { ...flags, use: 'write' }, async ({ notifications }) =>
        tellOutcomes(host, await notifications.test(names)),
      );
    },
  );
}
