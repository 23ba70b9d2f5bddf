/** A token in the keeping of a browser. */
import { describe, expect, it } from 'vitest';
import { closedSession, openSession, tokenOfSession } from '../../../server/security/session.ts';

const TOKEN = 'slc_0123456789abcdef';

function cookieOf(setCookie: string): string {
  return setCookie.split(';')[0] ?? '';
}

describe('a session', () => {
  it('gives the token back to key and cookie together', () => {
    const { key, cookie } = openSession(TOKEN, false);
    expect(tokenOfSession(key, cookieOf(cookie))).toBe(TOKEN);
    expect(tokenOfSession(key, `theme=dark; ${cookieOf(cookie)}; other=1`)).toBe(TOKEN);
  });

  it('is worth nothing in halves, or mixed', () => {
    const [one, other] = [openSession(TOKEN, false), openSession(TOKEN, false)];
    expect(tokenOfSession(one.key, undefined)).toBeUndefined();
    expect(tokenOfSession(undefined, cookieOf(one.cookie))).toBeUndefined();
    expect(tokenOfSession(other.key, cookieOf(one.cookie))).toBeUndefined();
    const changed = cookieOf(one.cookie).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect(tokenOfSession(one.key, changed)).toBeUndefined();
    expect(tokenOfSession(one.key, 'sluice_session=AAAAAAAAAAAAAAAAAAAAAAAA')).toBeUndefined();
  });

  it('shows the token to nobody: not in the cookie, which no script can read and no other site sends', () => {
    const { cookie } = openSession(TOKEN, true);
    expect(cookie).not.toContain(TOKEN);
    expect(Buffer.from(cookieOf(cookie), 'base64url').toString('latin1')).not.toContain('slc_');
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
    expect(closedSession(false)).toMatch(/Max-Age=0$/);
  });
});
