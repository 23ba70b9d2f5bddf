/**
 * What an IP address leads to: the internet, this machine, networks that strangers have no way into, or what a cloud tells its
 * machines about themselves. Addresses that carry an IPv4 address within (mapped, NAT64, 6to4) are taken for that one.
 */

export type AddressScope = 'public' | 'loopback' | 'private' | 'link_local' | 'metadata' | 'reserved';

/** IPv6 in 16 bytes; IPv4 as its mapped form `::ffff:a.b.c.d`. */
export type AddressBytes = readonly number[];

export interface AddressRange {
  readonly bytes: AddressBytes;
  /** Leading bits that count, of 128. */
  readonly bits: number;
}

/** The first row that fits decides. From the IANA registries of special-purpose addresses, and what clouds document. */
const SCOPES: readonly (readonly [range: string, scope: AddressScope])[] = [
  ['169.254.169.254/32', 'metadata'],
  ['169.254.170.2/32', 'metadata'],
  ['100.100.100.200/32', 'metadata'],
  ['192.0.0.192/32', 'metadata'],
  ['168.63.129.16/32', 'metadata'],
  ['fd00:ec2::/32', 'metadata'],
  ['127.0.0.0/8', 'loopback'],
  ['::1/128', 'loopback'],
  ['0.0.0.0/8', 'loopback'],
  ['::/128', 'loopback'],
  ['10.0.0.0/8', 'private'],
  ['172.16.0.0/12', 'private'],
  ['192.168.0.0/16', 'private'],
  ['100.64.0.0/10', 'private'],
  ['fc00::/7', 'private'],
  ['fec0::/10', 'private'],
  ['169.254.0.0/16', 'link_local'],
  ['fe80::/10', 'link_local'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'reserved'],
  ['192.88.99.0/24', 'reserved'],
  ['198.18.0.0/15', 'reserved'],
  ['198.51.100.0/24', 'reserved'],
  ['203.0.113.0/24', 'reserved'],
  ['224.0.0.0/3', 'reserved'],
  // Every other IPv4 address; what follows is IPv6 alone.
  ['0.0.0.0/0', 'public'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'reserved'],
  ['3fff::/20', 'reserved'],
  ['2000::/3', 'public'],
];

/** Prefix → where in the 16 bytes the IPv4 address stands. */
const CARRIERS: readonly (readonly [range: string, at: number])[] = [
  ['64:ff9b::/96', 12],
  ['64:ff9b:1::/48', 12],
  ['2002::/16', 2],
];

const MAPPED: AddressBytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const scopes = SCOPES.map(([range, scope]) => ({ range: rangeOf(range), scope }));
const carriers = CARRIERS.map(([range, at]) => ({ range: rangeOf(range), at }));

/** Of what is no address at all: `reserved`. */
export function scopeOf(address: string): AddressScope {
  const bytes = parseAddress(address);
  return bytes === undefined ? 'reserved' : scopeOfBytes(bytes);
}

export function isWithin(bytes: AddressBytes, { bytes: start, bits }: AddressRange): boolean {
  const whole = Math.floor(bits / 8);
  for (let at = 0; at < whole; at++) if (bytes[at] !== start[at]) return false;
  const shift = 8 - (bits % 8);
  return bits % 8 === 0 || (bytes[whole] ?? 0) >> shift === (start[whole] ?? 0) >> shift;
}

/** `10.0.0.0/8`, `fd00::/8` or one address. */
export function parseRange(text: string): AddressRange | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const bytes = parseAddress(address);
  const width = address.includes(':') ? 128 : 32;
  const bits = length === undefined ? width : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (bytes === undefined || rest.length > 0 || !(bits <= width)) return undefined;
  return { bytes, bits: bits + 128 - width };
}

/** As operating systems print them: dotted decimal, or hexadecimal groups with at most one `::`, perhaps with a zone. */
export function parseAddress(text: string): AddressBytes | undefined {
  if (!text.includes(':')) {
    const four = parseFour(text);
    return four && [...MAPPED, ...four];
  }
  const [address = ''] = text.split('%');
  const halves = address.split('::').map(parseGroups);
  const [head, tail] = halves;
  if (head === undefined || halves.length > 2) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  return tail === undefined || missing < 2 ? undefined : [...head, ...Array(missing).fill(0), ...tail];
}

function scopeOfBytes(bytes: AddressBytes): AddressScope {
  const carrier = carriers.find(({ range }) => isWithin(bytes, range));
  const meant = carrier ? [...MAPPED, ...bytes.slice(carrier.at, carrier.at + 4)] : bytes;
  return scopes.find(({ range }) => isWithin(meant, range))?.scope ?? 'reserved';
}

function parseFour(text: string): number[] | undefined {
  const parts = text.split('.');
  const isPlain = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part));
  const bytes = parts.map(Number);
  return isPlain && bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const last = groups.at(-1) ?? '';
  const four = last.includes('.') ? parseFour(last) : [];
  const plain = last.includes('.') ? groups.slice(0, -1) : groups;
  if (four === undefined || !plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return [
    ...plain.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
    ...four,
  ];
}

function rangeOf(text: string): AddressRange {
  const range = parseRange(text);
  if (range === undefined) throw new RangeError(`${text} is no range of addresses`);
  return range;
}
