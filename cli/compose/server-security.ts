/** Who may call a server: decided from where it listens, which tokens there are, and what its operator says. */
import { type AddressRange, parseRange } from '../../engine/core/network/address-scope.ts';
import { createSecurity, isLoopbackHost } from '../../server/security/index.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';
import { ensureFolderToken } from './folder-token.ts';

export interface ServerAccess {
  /** Address to listen at. Default: 127.0.0.1. */
  readonly host?: string;
  /** Callers from this machine need no token. */
  readonly openLocal?: boolean;
}

export interface ServerSecurity extends ReturnType<typeof createSecurity> {
  /** The file with the token of a private Redis. */
  readonly tokenFile: string | undefined;
}

/** @throws CliFailure when anybody could call it from elsewhere, or nobody at all */
export async function serverSecurity(
  host: Host,
  engine: Engine,
  access: ServerAccess,
): Promise<ServerSecurity> {
  const address = access.host ?? '127.0.0.1';
  const isLocal = isLoopbackHost(address);
  if (!isLocal && access.openLocal)
    throw usageFailure('--open-local is for a server that listens at this machine alone; leave --host out.');
  const tokenFile =
    engine.home === undefined ? undefined : await ensureFolderToken(engine.tokens, engine.home);
  if (!isLocal) await requireTokens(engine, address);
  const { apiHosts, apiProxies, apiRate } = host.settings;
  const settings = {
    tokens: engine.tokens,
    host: address,
    hosts: listOf(apiHosts),
    proxies: listOf(apiProxies).map(readProxy),
    isOpenLocally: access.openLocal ?? false,
    ...(apiRate === undefined ? {} : { requestsPerSecond: readRate(apiRate) }),
  };
  return { ...createSecurity(settings), tokenFile };
}

async function requireTokens({ tokens, clock }: Engine, address: string): Promise<void> {
  const now = clock.now();
  const good = (await tokens.list()).filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt > now);
  if (good.length > 0) return;
  throw usageFailure(
    `Nobody could use a server at ${address}: there is no token that is good. Make one first: sluice tokens create NAME --role admin`,
  );
}

function listOf(text = ''): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== '');
}

function readProxy(text: string): AddressRange {
  const range = parseRange(text);
  if (range) return range;
  throw usageFailure(
    `SLUICE_API_PROXIES (api.proxies) names ${JSON.stringify(text)}; write addresses or ranges, such as 10.0.0.5 or 10.0.0.0/8.`,
  );
}

function readRate(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw usageFailure(
    `SLUICE_API_RATE (api.rate) is ${JSON.stringify(text)}; write requests a second for one token, or 0 for no limit.`,
  );
}
