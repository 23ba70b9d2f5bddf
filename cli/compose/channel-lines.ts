/** The channels and alert rules of this installation, as anybody may see them. */
import { describeChannel } from '../../notifications/channels.ts';
import type { ChannelLines } from '../../server/parts.ts';
import type { Host } from '../host.ts';
import { notificationSettings } from './notifier.ts';

export function channelLines(host: Host): ChannelLines {
  const { channels, rules } = notificationSettings(host);
  const shown = [...channels].map(([name, one]) => ({ name, leads_to: describeChannel(one) }));
  return { channels: shown, alerts: rules.map((rule) => ({ ...rule })) };
}
