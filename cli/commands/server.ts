/** `sluice server`: the HTTP API, until it is told to stop. */
import { type Command, InvalidArgumentError } from 'commander';
import { newCommand, type RedisFlags, withArtifacts, withRedis } from '../command.ts';
import { serveRole } from '../compose/serve-role.ts';
import { startServer } from '../compose/server.ts';
import type { Host } from '../host.ts';

export const DEFAULT_PORT = 4680;

interface ServerFlags extends RedisFlags {
  readonly port: number;
  readonly embedded?: boolean;
}

export function serverCommand(host: Host): Command {
  const command = newCommand('server', 'Serves the HTTP API.', [
    'server --redis redis://localhost:6379',
    'server --port 8080',
    'server --embedded',
  ]);
  return withArtifacts(withRedis(withAddress(command)))
    .option('--embedded', 'use the private Redis of this folder')
    .action((flags: ServerFlags) =>
      serveRole(host, flags, async (engine) => {
        const server = await startServer(host, engine, flags);
        const { place } = engine.connections;
        engine.logger.info('server listens', { address: server.address, redis: place });
        return server;
      }),
    );
}

/** The options that say where the API is. */
export function withAddress(command: Command): Command {
  return command.option('--port <number>', 'port to listen at; 0 takes any that is free', port, DEFAULT_PORT);
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a port, 0 to 65535.');
}
