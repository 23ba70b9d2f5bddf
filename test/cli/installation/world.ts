/** An installation with all roles in this process, reached on its Redis or through its server. */
import { mkdtempSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '../../../cli/compose/engine.ts';
import { type Role, startOrchestrator, startWorker } from '../../../cli/compose/roles.ts';
import { type RunningServer, startServer } from '../../../cli/compose/server.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { removeReadOnly } from '../../../engine/runtime/source/source-cache.ts';
import { quietHost } from '../../support/in-process-cli.ts';
import { type TestRedis, testRedis } from '../../support/redis.ts';

/** An installation of its own, and the flags by which commands get there. */
export interface World {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  /** Given to every command. */
  readonly flags: readonly string[];
  /** What steps remember: ids of runs, of backfills. */
  readonly memory: Map<string, string>;
  close(): Promise<void>;
}

export async function makeWorld(way: 'redis' | 'server'): Promise<World> {
  const cwd = mkdtempSync(join(tmpdir(), `sluice-${way}-`));
  const redis = await testRedis();
  const place = ['--redis', addressOf(redis), '--prefix', redis.prefix];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: cwd,
    SLUICE_SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
    SLUICE_CHANNELS: JSON.stringify({ ops: { webhook: { url: 'http://127.0.0.1:9/hook', secret: 'HOOK' } } }),
  };
  const { host } = quietHost({ cwd, env });
  const [, address, , prefix] = place;
  const flags = { redis: address ?? '', prefix: prefix ?? '' };
  const engine: Engine = await openEngine(host, { ...flags, use: 'serve', logger: SILENT });
  const roles: Role[] = [
    await startOrchestrator(host, engine),
    await startWorker(host, engine, { queues: { default: 4 }, name: 'w' }),
  ];
  const server: RunningServer = await startServer(host, engine, { port: 0 });
  const { text } = await engine.tokens.create({
    name: userInfo().username,
    grants: { '*': 'admin' },
    createdBy: userInfo().username,
  });
  return {
    cwd,
    env: way === 'redis' ? env : { PATH: env.PATH, HOME: cwd, SLUICE_TOKEN: text },
    flags: way === 'redis' ? place : ['--server', server.address],
    memory: new Map([['user', userInfo().username]]),
    async close() {
      await server.stop(0);
      await Promise.all(roles.map((role) => role.stop(0)));
      await engine.close();
      await redis.close();
      // The worker's cache of sources is read-only.
      await removeReadOnly(cwd);
    },
  };
}

function addressOf({ connection, url }: TestRedis): string {
  return url ?? ('path' in connection ? `unix://${connection.path}` : '');
}
