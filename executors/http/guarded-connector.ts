/**
 * Connects to allowed addresses only. The name is looked up once, and the connection goes to an address of that answer: a second
 * answer (DNS rebinding) is never asked for. Every hop of a redirect makes a connection of its own or takes one made here.
 */
import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';
import { isIP } from 'node:net';
import type { buildConnector } from 'undici';
import { type AddressPolicy, refusedScope, SCOPE_WORDS } from '../../engine/core/network/address-rules.ts';

/** Raised instead of connecting. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
  constructor(host: string, port: number, what: string, address: string) {
    const named = host === address ? address : `${host} (${address})`;
    const entry = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    super(
      `${named} is ${what}, which tasks of this worker may not reach. Whoever runs the worker can allow it: SLUICE_ALLOW_ADDRESSES=${entry}`,
    );
    this.name = 'AddressRefused';
  }
}

export type ResolveAddresses = (
  host: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

const resolveBySystem: ResolveAddresses = (host, done) =>
  lookup(host, { all: true }, (error, addresses) => done(error, addresses ?? []));

export interface GuardSettings {
  readonly policy: AddressPolicy;
  readonly timeoutMs: number;
  /** Default: as the system does it. */
  readonly resolve?: ResolveAddresses;
}

export function guardedConnector(
  build: typeof buildConnector,
  { policy, timeoutMs, resolve = resolveBySystem }: GuardSettings,
): buildConnector.connector {
  return (options, callback) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
    const refusal = (address: string) => {
      const scope = refusedScope(policy, { host, port, address });
      return scope && new AddressRefused(host, port, SCOPE_WORDS[scope], address);
    };
    const literal = isIP(host) === 0 ? undefined : refusal(host);
    if (literal !== undefined) return callback(literal, null);
    const connect = build({ timeout: timeoutMs, lookup: checkedLookup(resolve, refusal) });
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      const late = refusalOfSocket(socket, refusal);
      if (late === undefined) return callback(null, socket);
      socket.destroy();
      callback(late, null);
    });
  };
}

/** Gives on the allowed addresses only; fails where there is none. */
function checkedLookup(
  resolve: ResolveAddresses,
  refusal: (address: string) => AddressRefused | undefined,
): LookupFunction {
  return (host, options, done) => {
    resolve(host, (error, found) => {
      if (error !== null) return done(error, '');
      const refusals = found.map(({ address }) => refusal(address));
      const good = found.filter((_, at) => refusals[at] === undefined);
      const [first] = good;
      if (first === undefined) return done(refusals.find((one) => one !== undefined) ?? notFound(host), '');
      if (options.all) return done(null, good);
      done(null, first.address, first.family);
    });
  };
}

/** The last word: what the system says that it has connected to. */
function refusalOfSocket(
  socket: Socket,
  refusal: (address: string) => AddressRefused | undefined,
): AddressRefused | undefined {
  const { remoteAddress } = socket;
  return remoteAddress === undefined ? undefined : refusal(remoteAddress);
}

function notFound(host: string): Error {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
}
