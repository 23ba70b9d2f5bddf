/** Posts a line to a chat by an incoming webhook, in the form that Slack, Mattermost and Discord's `/slack` addresses take. */
import { z } from 'zod';
import type { Notification } from '../engine/core/notification/notification.ts';
import type { Channel, ChannelTools } from './channel.ts';

export const slackOptions = z.strictObject({
  url: z.string().min(1).describe('Name of the secret that holds the address: who knows it can post.'),
});

const MARKS: ReadonlyMap<string, string> = new Map([
  ['run.failed', ':red_circle:'],
  ['node.failed', ':red_circle:'],
  ['alert.firing', ':red_circle:'],
  ['run.succeeded', ':large_green_circle:'],
  ['run.recovered', ':large_green_circle:'],
  ['alert.resolved', ':large_green_circle:'],
]);

export function slackChannel({ url }: z.output<typeof slackOptions>, tools: ChannelTools): Channel {
  return {
    async send(notification, signal) {
      const body = JSON.stringify({ text: slackText(notification) });
      const headers = { 'content-type': 'application/json' };
      await tools.post({ url: await tools.secret(url), body, headers, signal });
    },
  };
}

function slackText({ type, text }: Notification): string {
  // What Slack asks to be escaped, so that no text of a task mentions or links.
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `${MARKS.get(type) ?? ':large_yellow_circle:'} ${safe}`;
}
