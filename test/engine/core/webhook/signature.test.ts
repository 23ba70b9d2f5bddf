import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { checkSignature } from '../../../../engine/core/webhook/signature.ts';

const NOW = 1_700_000_000_000;
const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const bytes = (text: string) => new TextEncoder().encode(text);
const headers = (given: { readonly [name: string]: string }) => new Map(Object.entries(given));
const hex = (key: string, content: string | Uint8Array) =>
  `sha256=${createHmac('sha256', key).update(content).digest('hex')}`;

describe('standard', () => {
  const signed = (text: string, { id = 'msg_1', at = NOW, key = KEY } = {}) => ({
    'webhook-id': id,
    'webhook-timestamp': String(at / 1_000),
    'webhook-signature': new Webhook(key).sign(id, new Date(at), text),
  });
  const check = (text: string, given: { readonly [name: string]: string }, secret = KEY) =>
    checkSignature('standard', { headers: headers(given), body: bytes(text) }, { secret, now: NOW });

  it('takes what the reference library signs, and its id is the delivery', () => {
    expect(check('{"a":"ü"}', signed('{"a":"ü"}'))).toEqual({ ok: true, delivery: 'id:msg_1' });
  });

  it('takes either of two secrets, and one of several signatures', () => {
    const other = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    expect(check('x', signed('x', { key: other }), `${KEY}\n${other}`).ok).toBe(true);
    const both = `v1,${Buffer.alloc(32).toString('base64')} ${signed('x')['webhook-signature']}`;
    expect(check('x', { ...signed('x'), 'webhook-signature': both }).ok).toBe(true);
  });

  it.each<[what: string, given: { readonly [name: string]: string }]>([
    ['another body', signed('other')],
    ['another id', { ...signed('x'), 'webhook-id': 'msg_2' }],
    ['another time', { ...signed('x'), 'webhook-timestamp': String(NOW / 1_000 - 1) }],
    ['another key', signed('x', { key: `whsec_${Buffer.alloc(32, 8).toString('base64')}` })],
    ['no signature', { ...signed('x'), 'webhook-signature': '' }],
    ['a signature of another version', { ...signed('x'), 'webhook-signature': 'v2,AAAA' }],
    [
      'half a signature',
      { ...signed('x'), 'webhook-signature': signed('x')['webhook-signature'].slice(0, 20) },
    ],
    ['no id', { ...signed('x'), 'webhook-id': '' }],
    ['an old time', signed('x', { at: NOW - 301_000 })],
    ['a time to come', signed('x', { at: NOW + 301_000 })],
    ['a time that is none', { ...signed('x'), 'webhook-timestamp': 'NaN' }],
    ['nothing', {}],
  ])('refuses %s', (_, given) => {
    expect(check('x', given).ok).toBe(false);
  });

  it('refuses everything where the secret is empty', () => {
    const empty = {
      ...signed('x'),
      'webhook-signature': `v1,${createHmac('sha256', '')
        .update(`msg_1.${NOW / 1_000}.x`)
        .digest('base64')}`,
    };
    expect(check('x', empty, '').ok).toBe(false);
    expect(check('x', empty, 'whsec_').ok).toBe(false);
  });
});

describe('github and hmac', () => {
  const check = (
    scheme: 'github' | 'hmac',
    body: string | Uint8Array,
    given: { readonly [name: string]: string },
  ) =>
    checkSignature(
      scheme,
      { headers: headers(given), body: typeof body === 'string' ? bytes(body) : body },
      { secret: 'geheim', now: NOW },
    );

  it("takes GitHub's own example", () => {
    const secret = "It's a Secret to Everybody";
    const given = headers({
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    });
    const verdict = checkSignature(
      'github',
      { headers: given, body: bytes('Hello, World!') },
      { secret, now: NOW },
    );
    expect(verdict.ok).toBe(true);
  });

  it('knows a delivery by what is signed: another id in a header makes no other delivery of it', () => {
    const given = { 'x-hub-signature-256': hex('geheim', '{}') };
    const first = check('github', '{}', { ...given, 'x-github-delivery': 'a' });
    expect(check('github', '{}', { ...given, 'x-github-delivery': 'b' })).toEqual(first);
  });

  it('signs bytes, not text: what is no UTF-8 is told apart', () => {
    const [one, other] = [Uint8Array.of(0xff), Uint8Array.of(0xfe)];
    expect(check('hmac', one, { 'x-signature-256': hex('geheim', one) }).ok).toBe(true);
    expect(check('hmac', other, { 'x-signature-256': hex('geheim', one) }).ok).toBe(false);
  });

  it('with a time: it is signed too, and may not be old', () => {
    const at = (time: number) => ({
      'x-signature-timestamp': String(time),
      'x-signature-256': hex('geheim', `${time}.x`),
    });
    expect(check('hmac', 'x', at(NOW / 1_000)).ok).toBe(true);
    expect(check('hmac', 'x', at(NOW / 1_000 - 301)).ok).toBe(false);
    expect(
      check('hmac', 'x', { ...at(NOW / 1_000 - 301), 'x-signature-timestamp': String(NOW / 1_000) }).ok,
    ).toBe(false);
  });

  it.each(['', 'sha256=', 'sha1=aa', `sha256=${'0'.repeat(64)}`, `sha256=${'0'.repeat(66)}`, 'sha256=zz'])(
    'refuses %j',
    (signature) => {
      expect(check('github', 'x', { 'x-hub-signature-256': signature }).ok).toBe(false);
    },
  );
});
