/** The HTTP API on an engine. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Plan } from '../../engine/core/plan.ts';
import type { Logger } from '../../engine/ports/logger.ts';
import { Webhooks } from '../../engine/runtime/client/webhooks.ts';
import type { Metrics } from '../../monitoring/registry.ts';
import { createApp } from '../../server/app.ts';
import { listen } from '../../server/listen.ts';
import { LiveFeeds } from '../../server/live/live-feeds.ts';
import type { GraphFormat, Guard, ServerParts, ServerSettings } from '../../server/parts.ts';
import { lineOf } from '../../server/run-line.ts';
import { RunViews } from '../../server/run-views.ts';
import { readWebFiles } from '../../server/web-files.ts';
import { usageFailure } from '../failure.ts';
import { GRAPH_FORMATS } from '../graph/index.ts';
import type { Host } from '../host.ts';
import { readVersion } from '../version.ts';
import { bullBoardPages } from './bull-board.ts';
import { channelLines } from './channel-lines.ts';
import { definitionsOf, schedulesOf } from './definitions.ts';
import type { Engine } from './engine.ts';
import { allExecutors, ENGINE_EXECUTORS } from './executors.ts';
import type { Role } from './roles.ts';
import type { Secrets } from './secrets.ts';
import { type ServerAccess, serverSecurity } from './server-security.ts';
import { workflowTests } from './workflow-tests.ts';

/** Beside the compiled engine; from the sources there is no dashboard. */
const DASHBOARD = fileURLToPath(new URL('../../dashboard/', import.meta.url));
/** Longer than a take-over of a shard, ms. */
const ANSWER_MS = 5_000;
/** Time for requests under way when the server stops, ms. */
const GRACE_MS = 5_000;

export interface ServerFlags extends ServerAccess {
  readonly port: number;
}

export interface RunningServer extends Role {
  /** `http://127.0.0.1:4680`. */
  readonly address: string;
  /** The file with the token that callers of this folder use. */
  readonly tokenFile: string | undefined;
}

/** @throws CliFailure when the address cannot be listened at */
export async function startServer(host: Host, engine: Engine, flags: ServerFlags): Promise<RunningServer> {
  let stopping = false;
  const parts = serverParts(host, engine, () => stopping);
  const { tokenFile, ...security } = await serverSecurity(host, engine, flags);
  const board = await bullBoardPages(host, engine);
  const settings = { ...security, web: readWebFiles(DASHBOARD), mounts: board.mounts };
  const app = createApp(parts, engine.metrics ? withRequestMetrics(settings, engine.metrics) : settings);
  const listening = await listen(app, flags).catch((thrown: unknown) => {
    throw addressFailure(thrown, flags) ?? thrown;
  });
  return {
    address: `http://${listening.host.includes(':') ? `[${listening.host}]` : listening.host}:${listening.port}`,
    tokenFile,
    async stop() {
      stopping = true;
      // Streams would keep their connections for ever.
      parts.live.close();
      await listening.close(GRACE_MS);
      await board.close();
    },
  };
}

/** Before all other guards, so that what they refuse is counted. */
function withRequestMetrics(settings: ServerSettings, metrics: Metrics): ServerSettings {
  const count: Guard = (route) => async (context, next) => {
    const from = performance.now();
    await next();
    const operation = route.id;
    metrics.observe('sluice_http_seconds', (performance.now() - from) / 1_000, { operation });
    metrics.count('sluice_http_requests_total', 1, {
      operation,
      status: `${Math.floor(context.res.status / 100)}xx`,
    });
  };
  return { ...settings, guards: [count, ...(settings.guards ?? [])] };
}

export function serverParts(host: Host, engine: Engine, isStopping: () => boolean): ServerParts {
  const { client, store, shards, index, membership, logs, artifacts, secrets, clock, logger } = engine;
  return {
    client,
    store,
    shards,
    index,
    definitions: definitionsOf(engine, ANSWER_MS),
    definitionStore: engine.definitions,
    schedules: schedulesOf(engine, ANSWER_MS),
    membership,
    logs,
    artifacts,
    secrets: withOwnKey(secrets, logger),
    secretValues: secrets.store,
    webhooks: new Webhooks(engine.definitions),
    tokens: engine.tokens,
    audit: engine.audit,
    views: new RunViews(client),
    live: new LiveFeeds({ client, store, logs, index, logger, lineOf }),
    clock,
    logger,
    executors: allExecutors(host.settings),
    engineActions: ENGINE_EXECUTORS,
    channels: () => channelLines(host),
    draw: async (plan: Plan, format: GraphFormat) => GRAPH_FORMATS[format](plan),
    test: workflowTests(host),
    metrics: engine.metrics,
    version: readVersion(),
    isStopping,
    newRequestId: randomUUID,
  };
}

/** Beside a private Redis the first secret makes its key, as `sluice secrets set` does. */
function withOwnKey({ vault, ensureKey }: Secrets, logger: Logger): ServerParts['secrets'] {
  return {
    list: (...of) => vault.list(...of),
    remove: (...of) => vault.remove(...of),
    async set(...of) {
      const made = ensureKey();
      if (made !== undefined) logger.info(`made the key that secrets are encrypted with: ${made}`);
      await vault.set(...of);
    },
  };
}

function addressFailure(thrown: unknown, { host = '127.0.0.1', port }: ServerFlags): Error | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const place = `${host}:${port}`;
  if (code === 'EADDRINUSE')
    return usageFailure(`Another program listens at ${place} already; choose another port with --port.`);
  if (code === 'EACCES') return usageFailure(`This user may not listen at ${place}; choose another --port.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return usageFailure(`This machine has no address ${host}; --host takes one that it has.`);
  return undefined;
}
