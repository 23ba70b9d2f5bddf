/**
 * Lets a browser keep a token without being able to show it. The token lies in a cookie that scripts cannot read, encrypted under
 * a key that only the pages of this server hold. Cookies go to every port of a host, so another program there may see this one and
 * has nothing without the key; a script that reads the key has nothing without the cookie. The server remembers neither.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Request header with the key. */
export const PAGE_KEY_HEADER = 'x-sluice-page';
const COOKIE = 'sluice_session';
const PATH = '/api';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface Session {
  /** For the page, which sends it along as PAGE_KEY_HEADER. */
  readonly key: string;
  /** Value of Set-Cookie. */
  readonly cookie: string;
}

export function openSession(token: string, isSecure: boolean): Session {
  const key = randomBytes(32).toString('base64url');
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', hashOf(key), iv);
  const sealed = Buffer.concat([iv, cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { key, cookie: setCookie(sealed.toString('base64url'), isSecure) };
}

/** Value of Set-Cookie that takes it away. */
export function closedSession(isSecure: boolean): string {
  return `${setCookie('', isSecure)}; Max-Age=0`;
}

/** The token; undefined when the two do not belong together. */
export function tokenOfSession(key: string | undefined, cookies: string | undefined): string | undefined {
  const value = /(?:^|;\s*)sluice_session=([A-Za-z0-9_-]{20,500})(?:;|$)/.exec(cookies ?? '')?.[1];
  if (key === undefined || value === undefined) return undefined;
  const sealed = Buffer.from(value, 'base64url');
  if (sealed.length <= IV_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', hashOf(key), sealed.subarray(0, IV_BYTES));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}

function setCookie(value: string, isSecure: boolean): string {
  return `${COOKIE}=${value}; Path=${PATH}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
