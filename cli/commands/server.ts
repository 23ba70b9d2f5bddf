/** `sluice server`: the HTTP API, until it is told to stop. */
import { type Command, InvalidArgumentError } from 'commander';
import {
  newCommand,
  type RedisFlags,
  withArtifacts,
  withLogLevel,
  withLogStore,
  withRedis,
} from '../command.ts';
import { roleMetrics } from '../compose/metrics.ts';
import { serveRole } from '../compose/serve-role.ts';
import { startServer } from '../compose/server.ts';
import type { Host } from '../host.ts';

export const DEFAULT_PORT = 4680;

interface ServerFlags extends RedisFlags {
  readonly port: number;
  readonly host?: string;
  readonly openLocal?: boolean;
  readonly embedded?: boolean;
}

export function serverCommand(host: Host): Command {
  const command = newCommand('server', 'Serves the HTTP API.', [
    'server --redis redis://localhost:6379',
    'server --port 8080',
    'server --embedded',
  ]);
  return withLogLevel(withLogStore(withArtifacts(withRedis(withAddress(command)))))
    .option('--embedded', 'use the private Redis of this folder')
    .action((flags: ServerFlags) =>
      serveRole(host, { ...flags, metrics: roleMetrics(['server']) }, async (engine) => {
        const server = await startServer(host, engine, flags);
        const { place } = engine.connections;
        const { address, tokenFile } = server;
        const token = tokenFile === undefined ? {} : { token: tokenFile };
        engine.logger.info('server listens', { address, redis: place, ...token });
        return server;
      }),
    );
}

/** The options that say where the API is. */
export function withAddress(command: Command): Command {
  return command
    .option('--host <address>', 'address to listen at; another than 127.0.0.1 needs a token to be there')
    .option('--open-local', 'callers from this machine need no token and may do everything')
    .option('--port <number>', 'port to listen at; 0 takes any that is free', port, DEFAULT_PORT);
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a port, 0 to 65535.');
}
