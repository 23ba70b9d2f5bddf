/**
 * Which addresses the work of tasks may reach over HTTP, and what an operator allows beyond the internet. Asked with the address
 * that is about to be connected to, never with a name alone: who owns a name decides what it means, from one moment to the next.
 */
import {
  type AddressRange,
  type AddressScope,
  isWithin,
  parseAddress,
  parseRange,
  scopeOf,
} from './address-scope.ts';

export interface Destination {
  /** As the URL names it, without brackets. */
  readonly host: string;
  readonly port: number;
  /** What the connection goes to. */
  readonly address: string;
}

/** One entry of the list of what is allowed. */
export interface AddressRule {
  readonly kind: 'any' | 'private' | 'range' | 'host';
  readonly range?: AddressRange;
  /** Lower case; one that begins with a dot stands for all names that end with it. */
  readonly host?: string;
  readonly port?: number;
}

export interface AddressPolicy {
  /** Whether this machine and private networks are open: where a person runs own work on an own machine. */
  readonly isLocalOpen: boolean;
  readonly allowed: readonly AddressRule[];
}

/** Only what everybody can reach. */
export const PUBLIC_ONLY: AddressPolicy = { isLocalOpen: false, allowed: [] };

export const ADDRESS_FORMS =
  'an address (10.0.0.5), a range (10.0.0.0/8), a name (api.internal, *.internal), each perhaps with a port, `private` or `any`';

const LOCAL: readonly AddressScope[] = ['loopback', 'private'];

/** What stands behind the address if it is refused; undefined when the connection may be made. */
export function refusedScope(policy: AddressPolicy, destination: Destination): AddressScope | undefined {
  const scope = scopeOf(destination.address);
  if (scope === 'public' || (policy.isLocalOpen && LOCAL.includes(scope))) return undefined;
  return policy.allowed.some((rule) => allows(rule, destination, scope)) ? undefined : scope;
}

/** Undefined for what is none of ADDRESS_FORMS. */
export function parseAddressRule(text: string): AddressRule | undefined {
  if (text === 'any' || text === 'private') return { kind: text };
  const { subject, port } = splitPort(text);
  if (port !== undefined && !(port >= 1 && port <= 65_535)) return undefined;
  const own = port === undefined ? {} : { port };
  const range = parseRange(subject);
  if (range !== undefined) return { kind: 'range', range, ...own };
  const host = subject.toLowerCase().replace(/^\*\./, '.');
  // Names whose last part is a number would be addresses in another way of writing.
  const isName = /^\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host) && !/(^|\.)(\d+|0x[0-9a-f]*)$/.test(host);
  return isName ? { kind: 'host', host, ...own } : undefined;
}

/** In words, for messages. */
export const SCOPE_WORDS = {
  public: 'a public address',
  loopback: 'an address of the machine itself',
  private: 'an address of a private network',
  link_local: 'a link-local address',
  metadata: 'the address at which a cloud tells its machines their credentials',
  reserved: 'a reserved address',
} as const satisfies Record<AddressScope, string>;

function allows(rule: AddressRule, { host, port, address }: Destination, scope: AddressScope): boolean {
  if (rule.kind === 'any') return true;
  if (rule.kind === 'private') return LOCAL.includes(scope);
  if (rule.port !== undefined && rule.port !== port) return false;
  if (rule.range !== undefined) {
    const bytes = parseAddress(address);
    return bytes !== undefined && isWithin(bytes, rule.range);
  }
  // A name may lead into private networks. Credentials of the machine are never behind a name that somebody allowed.
  return LOCAL.includes(scope) && fits(rule.host ?? '', host.toLowerCase().replace(/\.$/, ''));
}

function fits(rule: string, host: string): boolean {
  return rule.startsWith('.') ? host.endsWith(rule) : host === rule;
}

function splitPort(text: string): { readonly subject: string; readonly port?: number } {
  const [, bracketed, portOfBracketed] = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  if (bracketed !== undefined)
    return {
      subject: bracketed,
      ...(portOfBracketed === undefined ? {} : { port: Number(portOfBracketed) }),
    };
  const [, subject, port] = /^([^:]*):(\d{1,5})$/.exec(text) ?? [];
  return subject === undefined ? { subject: text } : { subject, port: Number(port) };
}
