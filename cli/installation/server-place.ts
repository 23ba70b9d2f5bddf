/** Which server a command works through, if any, and the token for it. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { InstallationFlags } from '../command.ts';
import { readFolderToken } from '../compose/folder-token.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { explainSystemError } from '../system-error.ts';

export interface ServerPlace {
  /** `https://sluice.example.com`, without a path. */
  readonly url: string;
  readonly token: string | undefined;
}

type PlaceFlags = Pick<InstallationFlags, 'server' | 'redis' | 'token' | 'tokenFile'>;

/** Undefined: directly on Redis. A flag goes before every variable. @throws CliFailure for what names both, or no server */
export function findServerPlace(host: Host, flags: PlaceFlags): ServerPlace | undefined {
  const { server, redis } = flags;
  if (server !== undefined && redis !== undefined)
    throw usageFailure('Give one of --server and --redis: a command works through a server or on its Redis.');
  const given = server ?? (redis === undefined ? host.settings.server : undefined);
  if (given === undefined) {
    if (flags.token === undefined && flags.tokenFile === undefined) return undefined;
    throw usageFailure('A token is for a server: name it with --server URL or SLUICE_SERVER.');
  }
  const url = readUrl(given, server === undefined ? 'SLUICE_SERVER' : '--server');
  return { url: url.origin, token: readToken(host, flags, url) };
}

function readUrl(text: string, origin: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    url.search + url.hash === '';
  // The text may hold a password, so it is not repeated.
  if (url === undefined || !isPlain)
    throw usageFailure(
      `${origin} is not the address of a server; write http://host:4680 or https://host, without a path.`,
    );
  if (url.username === '' && url.password === '') return url;
  throw usageFailure(
    `${origin} holds a name or password; a server takes a token: SLUICE_TOKEN or --token-file.`,
  );
}

function readToken(host: Host, { token, tokenFile }: PlaceFlags, url: URL): string | undefined {
  if (token !== undefined && tokenFile !== undefined)
    throw usageFailure('Give one of --token and --token-file.');
  if (token !== undefined) return plainToken(token, '--token');
  if (tokenFile !== undefined) return readTokenFile(host, tokenFile, '--token-file');
  const { settings } = host;
  if (settings.token !== undefined) return plainToken(settings.token, 'SLUICE_TOKEN');
  if (settings.tokenFile !== undefined) return readTokenFile(host, settings.tokenFile, 'SLUICE_TOKEN_FILE');
  // What `sluice up` keeps for callers of its own folder is sent to this machine alone.
  return isThisMachine(url) ? readFolderToken(join(host.cwd, '.sluice')) : undefined;
}

function readTokenFile(host: Host, path: string, origin: string): string {
  try {
    return plainToken(readFileSync(resolve(host.cwd, path), 'utf8'), `The file of ${origin}`);
  } catch (thrown) {
    const why = explainSystemError(thrown);
    if (why === undefined) throw thrown;
    throw usageFailure(`The file ${path} (${origin}) cannot be read: ${why}.`);
  }
}

/** What can stand in a header. */
function plainToken(text: string, origin: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]{1,200}$/.test(token)) return token;
  throw usageFailure(`${origin} holds no token; \`sluice tokens create NAME\` prints one.`);
}

function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
