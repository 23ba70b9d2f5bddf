/** `PUBLISH` on the installation's Redis. Who does not listen at that moment misses it: for what is shown, not for what must arrive. */
import { z } from 'zod';
import type { Channel, ChannelTools } from './channel.ts';
import { payloadOf } from './payload.ts';

export const redisChannelOptions = z.strictObject({
  channel: z
    .string()
    .min(1)
    .max(200)
    .describe('Name of the Redis channel, as it stands: no prefix is added.'),
});

export function redisChannel(
  { channel }: z.output<typeof redisChannelOptions>,
  tools: ChannelTools,
): Channel {
  return { send: (notification) => tools.publish(channel, payloadOf(notification)) };
}
