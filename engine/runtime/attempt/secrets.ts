/** Puts the values of secrets into a ticket, right before the work. What comes out stays in this process. */
import { messageOf, SluiceError } from '../../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { SecretText, Ticket } from '../../core/ticket.ts';
import { TaskFailure } from '../../ports/executor.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { MIN_MASKED_LENGTH } from '../secret/secret-forms.ts';
import { SecretMask } from '../secret/secret-mask.ts';

export interface OpenedTicket {
  /** As the executor gets it. Never to be stored or logged. */
  readonly ticket: Ticket;
  readonly mask: SecretMask;
  /** What the author should know, for the attempt's log. */
  readonly warnings: readonly string[];
}

/** Of a worker that was given none. */
export const NO_SECRETS: SecretStore = { read: async () => undefined };

/**
 * @throws TaskFailure secret_unavailable when one is not there or cannot be opened.
 * @throws SluiceError redis_unreachable, redis_refused: try again.
 */
export async function openTicket(ticket: Ticket, store: SecretStore): Promise<OpenedTicket> {
  const texts = ticket.secrets ?? [];
  const values = await readAll(ticket, namesIn(texts), store);
  let opened: JsonObject = { with: ticket.with, env: ticket.env };
  for (const { at, parts } of texts) {
    const text = parts.map((part) => (typeof part === 'string' ? part : values.get(part.secret))).join('');
    opened = replaceAt(opened, parsePointer(at), text) as JsonObject;
  }
  const short = [...values].filter(([, value]) => value.trim().length < MIN_MASKED_LENGTH);
  return {
    ticket: { ...ticket, ...(opened as Pick<Ticket, 'with' | 'env'>) },
    mask: new SecretMask([...values.values()]),
    warnings: short.map(
      ([name]) =>
        `The secret ${name} has fewer than ${MIN_MASKED_LENGTH} characters: it is not masked in logs, errors and outputs.`,
    ),
  };
}

function namesIn(texts: readonly SecretText[]): ReadonlySet<string> {
  const parts = texts.flatMap((text) => text.parts);
  return new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.secret])));
}

async function readAll(
  ticket: Ticket,
  names: ReadonlySet<string>,
  store: SecretStore,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const name of names) values.set(name, await read(ticket.namespace, name, store));
  return values;
}

async function read(namespace: string, name: string, store: SecretStore): Promise<string> {
  const value = await store.read(namespace, name).catch((error: unknown) => {
    const isLocked =
      error instanceof SluiceError && (error.code === 'secrets_locked' || error.code === 'invalid_input');
    if (!isLocked) throw error;
    throw new TaskFailure('secret_unavailable', `The secret ${name} cannot be read. ${messageOf(error)}`);
  });
  if (value !== undefined) return value;
  throw new TaskFailure(
    'secret_unavailable',
    `The secret ${name} (namespace ${namespace}) is not known to this worker. Store it with \`sluice secrets set ${name}\`, or give ` +
      `the worker SLUICE_SECRET_${name.replaceAll('-', '_')} in its environment or a file ${name} in its SLUICE_SECRETS_DIR.`,
  );
}

function parsePointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A copy with the text at the path. Entries instead of assignment: a member may be called `__proto__`. */
function replaceAt(value: Json, [step, ...rest]: readonly string[], text: string): Json {
  if (step === undefined) return text;
  if (Array.isArray(value))
    return value.map((item: Json, i) => (String(i) === step ? replaceAt(item, rest, text) : item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === step ? replaceAt(member, rest, text) : member,
    ]),
  );
}
