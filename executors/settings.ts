import type { AddressPolicy } from '../engine/core/network/address-rules.ts';
import type { Notifier } from '../engine/ports/notifier.ts';
import type { ResolveAddresses } from './http/guarded-connector.ts';
import type { RegisteredFunction } from './registered-function.ts';

/** What an installation may set about its executors. All of it is optional. */
export interface ExecutorSettings {
  /**
   * Environment of the worker. Only PATH, HOME, LANG and TZ are read; nothing else ever reaches a task.
   * Default: a PATH of the usual system folders and of the Node that runs the worker.
   */
  readonly environment?: { readonly [name: string]: string | undefined };
  readonly module?: ModuleSettings;
  readonly http?: HttpSettings;
  /** Delivers what `uses: notify` says. Default: there are no channels, and every such task fails. */
  readonly notifier?: Pick<Notifier, 'deliver'>;
  /** Functions for `uses: function`, by name. They run in the process that holds the worker. */
  readonly functions?: { readonly [name: string]: RegisteredFunction };
}

export interface ModuleSettings {
  /** An unused child process ends after this time, ms. Default 30,000. */
  readonly idleMs?: number;
  /** A child process is replaced after this many attempts. Default 500. */
  readonly maxAttemptsPerChild?: number;
  /** Where compiled TypeScript is kept; must be private to this user. Default: a private temporary directory. */
  readonly cacheDirectory?: string;
}

export interface HttpSettings {
  /** What requests may reach. Default: public addresses only. */
  readonly addresses?: AddressPolicy;
  /** How names are looked up. Default: as the system does it. */
  readonly resolve?: ResolveAddresses;
  /** Limit on connecting, ms. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Limit on silence while a response is awaited or read, ms. Default 300,000. */
  readonly idleTimeoutMs?: number;
  /** Now in ms since 1970, for a `Retry-After` date of a server that sends no `Date`. */
  readonly now?: () => number;
}
