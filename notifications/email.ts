/** Sends a mail by SMTP. */
import type { Transporter } from 'nodemailer';
import { z } from 'zod';
import type { Notification } from '../engine/core/notification/notification.ts';
import type { Channel, ChannelTools } from './channel.ts';
import { DeliveryFailure } from './channel.ts';

const address = z.string().regex(/^[^\s<>@,;]+@[^\s<>@,;]+$/, { error: 'ops@example.com' });

export const emailOptions = z.strictObject({
  to: z.union([address, z.array(address).min(1)]).describe('Who gets it.'),
  from: address.describe('Whom it comes from.'),
  host: z.string().min(1).describe('The SMTP server.'),
  port: z.int().min(1).max(65_535).default(587).describe('Its port.'),
  tls: z
    .enum(['starttls', 'always', 'none'])
    .default('starttls')
    .describe('`starttls` (required, the default), `always` (port 465), or `none`.'),
  user: z.string().min(1).optional().describe('Log-in.'),
  password: z.string().min(1).optional().describe('Name of the secret that holds its password.'),
});

type EmailOptions = z.output<typeof emailOptions>;

const WAIT_MS = 10_000;
const MAX_SUBJECT = 120;

export function emailChannel(options: EmailOptions, tools: ChannelTools): Channel {
  const { from, to } = options;
  return {
    async send(notification) {
      const transport = await connect(options, tools);
      try {
        await transport.sendMail({ from, to, ...mailOf(notification) });
      } catch (thrown) {
        throw failureOf(thrown);
      } finally {
        transport.close();
      }
    },
  };
}

async function connect(options: EmailOptions, tools: ChannelTools): Promise<Transporter> {
  const { host, port, tls, user, password } = options;
  const { createTransport } = (await import('nodemailer')).default;
  const pass = password === undefined ? '' : await tools.secret(password);
  return createTransport({
    host,
    port,
    secure: tls === 'always',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    connectionTimeout: WAIT_MS,
    greetingTimeout: WAIT_MS,
    socketTimeout: WAIT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === undefined ? {} : { auth: { user, pass } }),
  });
}

function mailOf({ id, type, text, data }: Notification) {
  const lines = Object.entries(data).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [`${name}: ${value}`] : [],
  );
  const [first = type] = text.split('\n');
  return {
    // The same for a repeat, so that mail programs show it once.
    messageId: `<${id}@sluice>`,
    subject: `[Sluice] ${first}`.slice(0, MAX_SUBJECT),
    text: `${text}\n\n${lines.join('\n')}\n`,
  };
}

/** 5xx: the server will not take it, whatever is done, unless it is about the log-in. */
function failureOf(thrown: unknown): DeliveryFailure {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code =
    typeof thrown === 'object' && thrown !== null && 'responseCode' in thrown ? thrown.responseCode : 0;
  return new DeliveryFailure(`the mail was not taken: ${message}`, {
    isFinal: typeof code === 'number' && code >= 550 && code <= 559,
  });
}
