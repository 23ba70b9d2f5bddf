/** `uses: notify`: a message to a channel of the installation, sent by the worker itself: the task has succeeded when it has arrived. */
import { z } from 'zod';
import { notificationId } from '../engine/core/notification/notification.ts';
import { TaskFailure, type WorkerExecutor } from '../engine/ports/executor.ts';
import { checkOptions } from './options.ts';
import type { ExecutorSettings } from './settings.ts';

const notifyOptions = z.strictObject({
  channel: z
    .string({ error: 'expected the name of a channel' })
    .min(1, { error: 'the name of the channel is empty' })
    .describe('Name of a channel of the installation.'),
  text: z.string({ error: 'expected text' }).min(1, { error: 'the text is empty' }).describe('What to say.'),
});

/** Without a notifier the worker has no channels: every such task fails and says so. */
export function notifyExecutor({ notifier }: ExecutorSettings = {}): WorkerExecutor {
  return {
    place: 'worker',
    name: 'notify',
    summary: 'Sends a message to a channel of the installation.',
    options: notifyOptions,
    fixedOutputs: { delivery_id: { type: 'string' } },
    needsWorkspace: false,
    async run(options, { run, workflow, task, index, attempt }) {
      const { channel, text } = checkOptions(notifyOptions, 'notify', options);
      if (notifier === undefined)
        throw new TaskFailure(
          'invalid_options',
          `There is no notification channel "${channel}" here: this worker has none. Name it under \`channels\` in sluice.config.yaml of the workers.`,
        );
      const id = notificationId('task', run, task, String(index ?? -1), String(attempt));
      const reply = await notifier.deliver({
        id,
        namespace: 'default',
        type: 'message',
        target: { kind: 'channel', channel },
        at: Date.now(),
        text,
        data: { run, workflow, node: { task, index: index ?? null, attempt } },
        secrets: [],
      });
      if (reply.kind === 'delivered') return { delivery_id: id };
      const problem = `The message to the channel "${channel}" was not delivered: ${reply.error}`;
      const after = reply.retryAfterMs;
      throw new TaskFailure('notify_error', problem, after === undefined ? {} : { retry_after: after });
    },
  };
}
