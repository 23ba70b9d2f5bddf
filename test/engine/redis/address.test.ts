import { describe, expect, it } from 'vitest';
import { describeAddress, parseRedisAddress } from '../../../engine/redis/address.ts';

const TLS = { ca: 'PEM' };

describe('an address of Redis', () => {
  it.each([
    ['redis://host:6379/2', { url: 'redis://host:6379/2' }],
    ['rediss://host', { url: 'rediss://host', tls: TLS }],
    ['unix:///run/redis.sock', { path: '/run/redis.sock' }],
    ['/run/redis.sock', { path: '/run/redis.sock' }],
    [
      'redis-cluster://a:7000,b,[::1]:7002',
      {
        cluster: {
          nodes: [
            { host: 'a', port: 7000 },
            { host: 'b', port: 6379 },
            { host: '::1', port: 7002 },
          ],
        },
      },
    ],
    [
      'rediss-cluster://me:p%40ss@a:7000',
      { cluster: { nodes: [{ host: 'a', port: 7000 }], username: 'me', password: 'p@ss', tls: TLS } },
    ],
    [
      'redis-sentinel://:secret@s1,s2:26380/3#my%20main',
      {
        sentinel: {
          sentinels: [
            { host: 's1', port: 26_379 },
            { host: 's2', port: 26_380 },
          ],
          name: 'my main',
          db: 3,
          password: 'secret',
        },
      },
    ],
  ])('%s', (text, address) => {
    expect(parseRedisAddress(text, TLS)).toEqual(address);
  });

  it.each([
    'host:6379',
    'http://host',
    'redis-cluster://',
    'redis-cluster://a:99999',
    'redis-cluster://a:7000/1',
    'redis-cluster://a:7000#name',
    'redis-sentinel://s1:26379',
    'redis-sentinel://s1 s2#main',
  ])('is not %s', (text) => {
    expect(parseRedisAddress(text)).toBeUndefined();
  });

  it('is told without its password', () => {
    for (const text of [
      'redis://u:hidden@h:1',
      'redis-cluster://u:hidden@h:1',
      'redis-sentinel://u:hidden@h:1#main',
    ])
      expect(describeAddress(parseRedisAddress(text) ?? {})).not.toContain('hidden');
  });
});
