/** Where others' systems start runs: the `webhook` triggers of applied workflows. */
import { z } from 'zod';
import { MAX_TRIGGER_BYTES } from '../../engine/core/trigger-inputs.ts';
import { name } from '../contract/names.ts';
import { operation } from '../operation.ts';

export const receiveWebhook = operation({
  id: 'receiveWebhook',
  method: 'post',
  path: '/hooks/{namespace}/{hook*}',
  // The signature of the request says who it is from.
  role: 'public',
  tag: 'Webhooks',
  summary: 'Start what a webhook starts',
  description:
    'The path of a `webhook` trigger of an applied workflow. The signature is checked over the bytes of the body; the same delivery ' +
    'starts one run, and is answered alike when it comes again.',
  params: z.object({
    namespace: name,
    hook: z
      .string()
      .max(200)
      .regex(/^[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/, 'must be the path of a webhook'),
  }),
  bodyBytes: MAX_TRIGGER_BYTES,
  status: 202,
  reply: z.object({
    format: z.literal(1),
    runs: z.array(
      z.object({
        run: z.string(),
        workflow: z.string(),
        created: z.boolean().describe('False: this delivery came before.'),
      }),
    ),
  }),
});
