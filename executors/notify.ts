/**
 * `uses: notify`: a message to a channel of the installation. Options are checked; this version has no channels to deliver to,
 * so a task that is reached fails and says so, rather than being silent about what nobody gets.
 */
import { z } from 'zod';
import { TaskFailure, type WorkerExecutor } from '../engine/ports/executor.ts';
import { checkOptions } from './options.ts';

const notifyOptions = z.strictObject({
  channel: z
    .string({ error: 'expected the name of a channel' })
    .min(1, { error: 'the name of the channel is empty' })
    .describe('Name of a channel of the installation.'),
  text: z.string({ error: 'expected text' }).min(1, { error: 'the text is empty' }).describe('What to say.'),
});

export function notifyExecutor(): WorkerExecutor {
  return {
    place: 'worker',
    name: 'notify',
    summary: 'Sends a message to a channel of the installation.',
    options: notifyOptions,
    fixedOutputs: { delivery_id: { type: 'string' } },
    needsWorkspace: false,
    async run(options) {
      const { channel } = checkOptions(notifyOptions, 'notify', options);
      throw new TaskFailure(
        'invalid_options',
        `There is no notification channel "${channel}" here: this version of Sluice delivers no notifications yet. Use \`http\` to call a service, or give the task \`allow_failure: true\`.`,
      );
    },
  };
}
