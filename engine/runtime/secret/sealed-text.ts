/**
 * Encryption of secrets at rest: AES-256-GCM with a random 96-bit nonce for each text. The key's id stands in the clear, so that
 * several keys can be in use while one replaces another. The context (namespace and name) is authenticated: a sealed text that
 * was moved to another name does not open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { SluiceError } from '../../core/errors.ts';

export interface SealingKey {
  /** First 12 hex digits of the key's SHA-256. */
  readonly id: string;
  readonly bytes: Buffer;
}

const VERSION = 'v1';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keys from text: one or several, separated by commas or spaces; each 32 bytes as base64 or 64 hex digits. @throws SluiceError secrets_locked */
export function parseKeys(text: string): readonly SealingKey[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(parseKey);
}

/** A new random key, as text. */
export function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** Seals with the first key. @throws SluiceError secrets_locked without a key. */
export function seal(keys: readonly SealingKey[], context: string, text: string): string {
  const key = keys[0];
  if (key === undefined) throw locked('there is no key');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}:${key.id}:${sealed.toString('base64')}`;
}

/** @throws SluiceError secrets_locked when no key fits, or the text was changed or moved. */
export function unseal(keys: readonly SealingKey[], context: string, sealed: string): string {
  const [version, id, data = ''] = sealed.split(':');
  const key = version === VERSION ? keys.find((one) => one.id === id) : undefined;
  if (key === undefined)
    throw locked(`it was encrypted with the key ${id}, which is not among the keys given`);
  const bytes = Buffer.from(data, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw locked('what is stored was changed, or belongs to another name');
  }
}

/** Id of the key that a sealed text needs. */
export function keyIdOf(sealed: string): string {
  return sealed.split(':')[1] ?? '';
}

function parseKey(text: string): SealingKey {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (bytes.length !== KEY_BYTES) {
    throw new SluiceError(
      'secrets_locked',
      `A key of SLUICE_SECRETS_KEY has ${bytes.length} bytes; it must have ${KEY_BYTES}, as base64 or 64 hex digits. Make one with \`sluice secrets key\`.`,
    );
  }
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 12), bytes };
}

function locked(why: string): SluiceError {
  return new SluiceError(
    'secrets_locked',
    `A secret cannot be opened: ${why}. Set SLUICE_SECRETS_KEY to the key that the secrets were stored with.`,
  );
}
