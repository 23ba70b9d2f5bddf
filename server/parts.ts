/** What the server is joined to, and how it behaves. The composition root (cli/compose/server.ts) fills both in. */
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import type { Compiled, ExecutorFacts, SourceFile } from '../dsl/index.ts';
import type { Grants } from '../engine/core/access/role.ts';
import type { AuditActor } from '../engine/core/audit/record.ts';
import type { Plan } from '../engine/core/plan.ts';
import type { ArtifactStore } from '../engine/ports/artifact-store.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { DefinitionStore } from '../engine/ports/definition-store.ts';
import type { LogStore } from '../engine/ports/log-store.ts';
import type { Logger } from '../engine/ports/logger.ts';
import type { Membership } from '../engine/ports/membership.ts';
import type { RunIndex } from '../engine/ports/run-index.ts';
import type { SecretStore } from '../engine/ports/secret-store.ts';
import type { ShardStore } from '../engine/ports/shard-store.ts';
import type { AccessTokens } from '../engine/runtime/client/access-tokens.ts';
import type { AuditLog } from '../engine/runtime/client/audit-log.ts';
import type { Client } from '../engine/runtime/client/client.ts';
import type { Webhooks } from '../engine/runtime/client/webhooks.ts';
import type { Definitions } from '../engine/runtime/definition/definitions.ts';
import type { Schedules } from '../engine/runtime/schedules.ts';
import type { SecretVault } from '../engine/runtime/secret/secret-vault.ts';
import type { LiveFeeds } from './live/live-feeds.ts';
import type { Mount } from './mount.ts';
import type { AnyOperation } from './operation.ts';
import type { testWorkflows } from './operations/rehearsal.ts';
import type { RunViews } from './run-views.ts';
import type { WebFiles } from './web-files.ts';

/** A workflow file that was compiled, and the text of its tests. */
export interface TestedWorkflow {
  readonly file: SourceFile;
  readonly compiled: Compiled;
  readonly tests: string;
}

export type TestsReport = Omit<z.output<typeof testWorkflows.reply>, 'format'>;

/** The engine as the routes see it. */
export interface ServerParts {
  readonly client: Client;
  readonly store: Pick<
    ShardStore,
    | 'now'
    | 'readFlights'
    | 'readCosts'
    | 'readTimers'
    | 'readActors'
    | 'readHeader'
    | 'readRecords'
    | 'readEvents'
    | 'send'
    | 'readAnswer'
  >;
  readonly shards: number;
  readonly index: RunIndex;
  readonly definitions: Definitions;
  readonly definitionStore: DefinitionStore;
  readonly schedules: Schedules;
  readonly membership: Membership;
  readonly logs: LogStore;
  readonly artifacts: ArtifactStore;
  readonly secrets: Pick<SecretVault, 'list' | 'set' | 'remove'>;
  /** What values of secrets are read from, for signatures. */
  readonly secretValues: SecretStore;
  readonly webhooks: Pick<Webhooks, 'find'>;
  readonly tokens: Pick<AccessTokens, 'list' | 'create' | 'revoke' | 'verify'>;
  readonly audit: Pick<AuditLog, 'list' | 'verify' | 'record'>;
  /** Of this server: made with the other parts. */
  readonly views: RunViews;
  readonly live: LiveFeeds;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of all executors of the installation, for checking workflows. */
  readonly executors: readonly ExecutorFacts[];
  /** Names of executors that the orchestrator evaluates itself. */
  readonly engineActions: ReadonlySet<string>;
  /** Channels and alert rules of the installation. */
  readonly channels: () => ChannelLines;
  /** Draws a plan; undefined for a format that there is not. */
  readonly draw: (plan: Plan, format: GraphFormat) => Promise<string>;
  /** Runs the tests of a workflow in memory. No real work is done, and nothing is stored. */
  readonly test: (tested: TestedWorkflow) => Promise<TestsReport>;
  /** For Prometheus. Absent: nothing is measured. */
  readonly metrics?: { readonly contentType: string; text(): Promise<string> } | undefined;
  /** Of the program. */
  readonly version: string;
  /** True once the server is told to stop: it takes no new work then. */
  readonly isStopping: () => boolean;
  /** Unique: names a request to a run's owner. */
  readonly newRequestId: () => string;
}

/** Where notifications may go, without what is secret of it. */
export interface ChannelLines {
  readonly channels: readonly { readonly name: string; readonly leads_to: string }[];
  readonly alerts: readonly {
    readonly channel?: string | undefined;
    readonly on: string | readonly string[];
    readonly namespace?: string | undefined;
    readonly workflow?: string | undefined;
    readonly [more: string]: unknown;
  }[];
}

export const GRAPH_FORMATS = ['json', 'mermaid', 'dot', 'svg'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

/** Who calls, as far as it is known. */
export interface Caller extends AuditActor {
  /** What the caller may do, by namespace. */
  readonly grants: Grants;
}

/** What middleware leaves for those behind it: `context.get('caller')`. */
export interface ServerVariables {
  /** Who is behind a proxy that is believed (security/peer.ts). */
  peer?: string;
  requestId: string;
  caller: Caller | undefined;
}

export interface ServerEnv {
  /** Of Node's server; none where requests are made up. */
  Bindings: Partial<HttpBindings>;
  Variables: ServerVariables;
}

/**
 * Middleware of a route, run after the request's id is known and before anything of the request is read. It answers itself, or
 * throws a RequestFailure, to refuse; the namespace is `context.req.param('namespace')`, the role asked for `route.role`.
 */
export type Guard = (route: Guarded) => MiddlewareHandler<ServerEnv>;

/** What a guard knows of a route. */
export interface Guarded extends Pick<AnyOperation, 'id' | 'role' | 'path' | 'params'> {
  /** Callers may also give their token as the password of HTTP's basic authentication. */
  readonly signIn?: 'basic';
}

export interface ServerSettings {
  /** For every request, also to unknown paths; in order. */
  readonly middleware?: readonly MiddlewareHandler<ServerEnv>[];
  /** For every request to a route, in order. */
  readonly guards?: readonly Guard[];
  /** Pages of other programs. Default: none. */
  readonly mounts?: readonly Mount[];
  /** The dashboard. Default: none. */
  readonly web?: WebFiles | undefined;
}
