/** What the server's operator decides about who may call it. */
import type { AddressRange } from '../../engine/core/network/address-scope.ts';
import type { Verdict } from '../../engine/runtime/client/access-tokens.ts';

export interface SecuritySettings {
  readonly tokens: { verify(text: string): Promise<Verdict> };
  /** Address that is listened at. */
  readonly host: string;
  /** Names under which the server is reached otherwise, such as that of a proxy; `name` or `name:port`. */
  readonly hosts?: readonly string[];
  /** Proxies whose `X-Forwarded-For` is believed. Default: none. */
  readonly proxies?: readonly AddressRange[];
  /** Callers from this machine need no token, and may do everything. Only where nobody else has an account. Default: false. */
  readonly isOpenLocally?: boolean;
  /** Requests a second that one token may make on average, with bursts of ten times as many; 0 for no limit. Default 200. */
  readonly requestsPerSecond?: number;
  /** Requests without a good token that one address may make in a minute; 0 for no limit. Default 60. */
  readonly strangersPerMinute?: number;
}

const DEFAULT_REQUESTS_PER_SECOND = 200;
const DEFAULT_STRANGERS_PER_MINUTE = 60;

export interface Rates {
  readonly perSecond: number;
  readonly strangersPerMinute: number;
}

export function ratesOf(settings: SecuritySettings): Rates {
  return {
    perSecond: settings.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND,
    strangersPerMinute: settings.strangersPerMinute ?? DEFAULT_STRANGERS_PER_MINUTE,
  };
}

/** Loopback as people and browsers name it. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
