import { describe, expect, it } from 'vitest';
import {
  type AddressPolicy,
  type AddressRule,
  parseAddressRule,
  refusedScope,
} from '../../../../engine/core/network/address-rules.ts';
import { scopeOf } from '../../../../engine/core/network/address-scope.ts';

describe('an address', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['::1', 'loopback'],
    ['::', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['2002:7f00:0001::', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['169.254.0.1', 'link_local'],
    ['fe80::1%eth0', 'link_local'],
    ['169.254.169.254', 'metadata'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['224.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['ff02::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['2001::1', 'reserved'],
    ['::7f00:1', 'reserved'],
    ['1.1.1.1', 'public'],
    ['172.15.255.255', 'public'],
    ['172.32.0.0', 'public'],
    ['2606:4700::1111', 'public'],
    ['2002:0808:0808::', 'public'],
  ])('%s leads to %s', (address, scope) => {
    expect(scopeOf(address)).toBe(scope);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '256.1.1.1',
    '1.1.1.1.1',
    ':::1',
    '1::2::3',
    'g::1',
    '1:2:3',
  ])('%j is none, so it leads nowhere that is open', (text) => {
    expect(scopeOf(text)).toBe('reserved');
  });
});

const closed = (...entries: readonly string[]): AddressPolicy => ({
  isLocalOpen: false,
  allowed: entries.map((entry): AddressRule => {
    const rule = parseAddressRule(entry);
    if (rule === undefined) throw new Error(`no rule: ${entry}`);
    return rule;
  }),
});
const at = (address: string, port = 80, host = address) => ({ host, port, address });

describe('what is allowed', () => {
  it('is the internet alone by default, and this machine and private networks where work is of one person', () => {
    const open: AddressPolicy = { isLocalOpen: true, allowed: [] };
    expect(refusedScope(closed(), at('1.1.1.1'))).toBeUndefined();
    expect(refusedScope(closed(), at('127.0.0.1'))).toBe('loopback');
    expect(refusedScope(open, at('127.0.0.1'))).toBeUndefined();
    expect(refusedScope(open, at('192.168.1.1'))).toBeUndefined();
    expect(refusedScope(open, at('169.254.169.254'))).toBe('metadata');
    expect(refusedScope(open, at('fe80::1'))).toBe('link_local');
  });

  it.each<
    [entry: string, allowed: readonly ReturnType<typeof at>[], refused: readonly ReturnType<typeof at>[]]
  >([
    ['10.0.0.0/8', [at('10.9.9.9'), at('::ffff:10.9.9.9')], [at('192.168.0.1'), at('127.0.0.1')]],
    ['10.0.0.5:8080', [at('10.0.0.5', 8080)], [at('10.0.0.5', 8081), at('10.0.0.6', 8080)]],
    ['[fd00::5]:443', [at('fd00::5', 443)], [at('fd00::5', 80), at('fd00::6', 443)]],
    ['fd00::/8', [at('fd12::1')], [at('fe80::1'), at('::1')]],
    ['169.254.169.254', [at('169.254.169.254')], [at('169.254.169.253')]],
    ['private', [at('10.0.0.1'), at('::1')], [at('169.254.169.254'), at('169.254.0.1')]],
    ['any', [at('169.254.169.254'), at('ff02::1')], []],
    [
      'api.internal',
      [at('10.0.0.1', 80, 'api.internal'), at('10.0.0.1', 80, 'API.internal.')],
      [at('10.0.0.1', 80, 'other.internal'), at('169.254.169.254', 80, 'api.internal'), at('10.0.0.1')],
    ],
    [
      '*.internal:80',
      [at('10.0.0.1', 80, 'a.b.internal')],
      [at('10.0.0.1', 80, 'internal'), at('10.0.0.1', 80, 'evilinternal'), at('10.0.0.1', 81, 'a.internal')],
    ],
  ])('%s opens no more than it says', (entry, allowed, refused) => {
    const policy = closed(entry);
    expect(allowed.map((one) => refusedScope(policy, one))).toEqual(allowed.map(() => undefined));
    expect(refused.filter((one) => refusedScope(policy, one) === undefined)).toEqual([]);
  });

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    'a b',
    'http://x',
    '10.0.0.1:0',
    '10.0.0.1:70000',
    '127.1',
    '0x7f.0x1',
    '*',
    '[::1',
  ])('%j cannot stand in the list', (text) => {
    expect(parseAddressRule(text)).toBeUndefined();
  });
});
