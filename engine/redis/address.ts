/**
 * Where Redis is: one server, one behind Sentinels, or a Cluster; and how it is written in one line.
 *
 *     redis://[user:password@]host:6379/0              one server; rediss:// with TLS
 *     unix:///path/of/socket                           one server on this machine
 *     redis-sentinel://[user:password@]host1:26379,host2:26379/0#name
 *     redis-cluster://[user:password@]host1:7000,host2:7001
 *     rediss-sentinel://, rediss-cluster://            the same with TLS
 */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** For TLS: PEM texts. Without a `ca` the certificate authorities of the system count. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name that the certificate must have, where it is not the host's. */
  readonly servername?: string;
}

interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsSettings;
}

export interface SentinelAddress extends Credentials {
  readonly sentinels: readonly HostAndPort[];
  /** Of the group of Redis servers that the Sentinels watch. */
  readonly name: string;
  readonly db?: number;
}

export interface ClusterAddress extends Credentials {
  /** Some of its nodes; they name the others. */
  readonly nodes: readonly HostAndPort[];
}

/** Exactly one of the four ways. */
export interface RedisAddress {
  /** `redis://` or `rediss://`. */
  readonly url?: string;
  /** Unix socket. */
  readonly path?: string;
  readonly sentinel?: SentinelAddress;
  readonly cluster?: ClusterAddress;
  /** With a `url`. */
  readonly tls?: TlsSettings;
}

/** What may be written where an address is asked for; for messages. */
export const ADDRESS_FORMS =
  'Write redis://host:6379 (rediss:// for TLS), unix:///path/of/socket, redis-sentinel://host:26379,…#name, or redis-cluster://host:7000,….';

const SENTINEL_PORT = 26_379;
const REDIS_PORT = 6_379;

/** Undefined when the text is no address. @param tls of connections whose address asks for TLS. */
export function parseRedisAddress(text: string, tls: TlsSettings = {}): RedisAddress | undefined {
  const socket = /^(?:unix:\/\/)?(\/.+)$/.exec(text)?.[1];
  if (socket !== undefined) return { path: socket };
  if (/^redis:\/\//i.test(text)) return URL.canParse(text) ? { url: text } : undefined;
  if (/^rediss:\/\//i.test(text)) return URL.canParse(text) ? { url: text, tls } : undefined;
  return parseGroup(text, tls);
}

const GROUP =
  /^(?<scheme>rediss?)-(?<kind>sentinel|cluster):\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/#@?]+)(?:\/(?<db>\d+)?)?(?:#(?<name>.+))?$/i;

function parseGroup(text: string, tls: TlsSettings): RedisAddress | undefined {
  const parts = GROUP.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const isSentinel = parts['kind']?.toLowerCase() === 'sentinel';
  const hosts = parseHosts(parts['hosts'] ?? '', isSentinel ? SENTINEL_PORT : REDIS_PORT);
  if (hosts === undefined) return undefined;
  const isSecure = parts['scheme']?.toLowerCase() === 'rediss';
  const credentials = { ...parseCredentials(parts), ...(isSecure ? { tls } : {}) };
  if (!isSentinel) {
    const hasOther = Number(parts['db'] ?? 0) !== 0 || parts['name'] !== undefined;
    return hasOther ? undefined : { cluster: { nodes: hosts, ...credentials } };
  }
  const name = parts['name'];
  if (name === undefined) return undefined;
  const db = parts['db'] === undefined ? {} : { db: Number(parts['db']) };
  return { sentinel: { sentinels: hosts, name: decodeURIComponent(name), ...db, ...credentials } };
}

function parseCredentials(parts: { readonly [name: string]: string | undefined }) {
  const username = parts['user'] ? { username: decodeURIComponent(parts['user']) } : {};
  const password = parts['password'] ? { password: decodeURIComponent(parts['password']) } : {};
  return { ...username, ...password };
}

function parseHosts(text: string, usualPort: number): HostAndPort[] | undefined {
  const hosts = text.split(',').map((part) => parseHost(part.trim(), usualPort));
  return hosts.every((host) => host !== undefined) ? hosts : undefined;
}

/** `host`, `host:port`, `[::1]:port`. */
function parseHost(text: string, usualPort: number): HostAndPort | undefined {
  const found = /^(?:\[(?<six>[\da-f:.]+)\]|(?<host>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/i.exec(text)?.groups;
  const host = found?.['six'] ?? found?.['host'];
  const port = Number(found?.['port'] ?? usualPort);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** In words, without its password. */
export function describeAddress({ url, path, sentinel, cluster }: RedisAddress): string {
  if (path !== undefined) return `unix socket ${path}`;
  if (sentinel !== undefined) return `${sentinel.name} behind ${list(sentinel.sentinels)}`;
  if (cluster !== undefined) return `cluster ${list(cluster.nodes)}`;
  if (url === undefined || !URL.canParse(url)) return `localhost:${REDIS_PORT}`;
  const { hostname, port, pathname } = new URL(url);
  return hostname === '' ? pathname : `${hostname}:${port === '' ? REDIS_PORT : port}`;
}

function list(hosts: readonly HostAndPort[]): string {
  return hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
}
