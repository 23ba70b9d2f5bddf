/**
 * What the environment says. The only place that reads `process.env`. A flag of the command line always goes before it.
 */
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readS3Settings, type S3Settings } from '../sdk/bucket-place.ts';

export type Environment = { readonly [name: string]: string | undefined };

export interface Settings {
  /** All of it, for the parts that look for programs in it. */
  readonly environment: Environment;
  /** REDIS_URL, or undefined. */
  readonly redis: string | undefined;
  /** SLUICE_SERVER: address of a server that commands work through instead of Redis. */
  readonly server: string | undefined;
  /** SLUICE_TOKEN, SLUICE_TOKEN_FILE: the API token for it, or a file that holds it. */
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** SLUICE_PREFIX: begins every key in Redis. */
  readonly prefix: string | undefined;
  /** SLUICE_ARTIFACTS: `s3://bucket/prefix` or a folder. */
  readonly artifacts: string | undefined;
  /** SLUICE_LOGS: `redis`, `s3://bucket/prefix`, or a folder. */
  readonly logs: string | undefined;
  /** SLUICE_LOG_BYTES: bytes of its log that are kept of an attempt. */
  readonly logBytes: string | undefined;
  readonly s3: S3Settings;
  /** SLUICE_ALLOW_ADDRESSES: what HTTP tasks may reach beyond public addresses. */
  readonly allowAddresses: string | undefined;
  /** SLUICE_SECRETS_KEY, SLUICE_SECRETS_KEY_FILE: keys of the encrypted store, or a file that holds them. */
  readonly secretsKey: string | undefined;
  readonly secretsKeyFile: string | undefined;
  /** SLUICE_SECRETS_DIR: a folder with a file for each secret. */
  readonly secretsDirectory: string | undefined;
  /** SLUICE_RETENTION: how long runs are kept whose workflow does not say it. */
  readonly retention: string | undefined;
  /** SLUICE_MAX_RUNS: runs that have not ended, above which orchestrators take no new one; undefined for no limit. */
  readonly maxRuns: string | undefined;
  /** SLUICE_API_HOSTS: names under which the server is reached. */
  readonly apiHosts: string | undefined;
  /** SLUICE_API_PROXIES: addresses of proxies whose X-Forwarded-For is believed. */
  readonly apiProxies: string | undefined;
  /** SLUICE_API_RATE: requests a second that one token may make. */
  readonly apiRate: string | undefined;
  /** SLUICE_API_BULL_BOARD: the server shows BullMQ's queues by bull-board. */
  readonly showsBullBoard: boolean;
  /** SLUICE_AUDIT_KEEP: records of the audit log that are kept. */
  readonly auditKeep: string | undefined;
  /** SLUICE_CHANNELS, SLUICE_ALERTS: notification channels and alert rules, as JSON. */
  readonly channels: string | undefined;
  readonly alerts: string | undefined;
  /** TRACEPARENT: the trace that runs which are started belong to. */
  readonly traceparent: string | undefined;
  /** SLUICE_DEBUG: stack traces, and the engine's own messages. */
  readonly isDebug: boolean;
  /** GITHUB_ACTIONS: fold a task's lines, and mark errors on the lines of the file. */
  readonly isGithubActions: boolean;
  /** CI, or a terminal that cannot move its cursor: no live display. */
  readonly isPlain: boolean;
  /** For what may be lost and made again: unpacked sources, compiled modules, a fetched Redis. */
  readonly cacheDirectory: string;
  /** For the folders of attempts. */
  readonly temporaryDirectory: string;
}

export function processEnvironment(): Environment {
  return process.env;
}

export function readSettings(environment: Environment = process.env): Settings {
  const cacheHome = environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache');
  return {
    environment,
    redis: environment['REDIS_URL'] || undefined,
    traceparent: environment['TRACEPARENT'] || undefined,
    server: environment['SLUICE_SERVER'] || undefined,
    token: environment['SLUICE_TOKEN'] || undefined,
    tokenFile: environment['SLUICE_TOKEN_FILE'] || undefined,
    prefix: environment['SLUICE_PREFIX'] || undefined,
    artifacts: environment['SLUICE_ARTIFACTS'] || undefined,
    logs: environment['SLUICE_LOGS'] || undefined,
    logBytes: environment['SLUICE_LOG_BYTES'] || undefined,
    s3: readS3Settings(environment),
    allowAddresses: environment['SLUICE_ALLOW_ADDRESSES'] || undefined,
    secretsKey: environment['SLUICE_SECRETS_KEY'] || undefined,
    secretsKeyFile: environment['SLUICE_SECRETS_KEY_FILE'] || undefined,
    secretsDirectory: environment['SLUICE_SECRETS_DIR'] || undefined,
    retention: environment['SLUICE_RETENTION'] || undefined,
    maxRuns: environment['SLUICE_MAX_RUNS'] || undefined,
    apiHosts: environment['SLUICE_API_HOSTS'] || undefined,
    apiProxies: environment['SLUICE_API_PROXIES'] || undefined,
    apiRate: environment['SLUICE_API_RATE'] || undefined,
    showsBullBoard: isSet(environment['SLUICE_API_BULL_BOARD']),
    auditKeep: environment['SLUICE_AUDIT_KEEP'] || undefined,
    channels: environment['SLUICE_CHANNELS'] || undefined,
    alerts: environment['SLUICE_ALERTS'] || undefined,
    isDebug: isSet(environment['SLUICE_DEBUG']),
    isGithubActions: environment['GITHUB_ACTIONS'] === 'true',
    isPlain: isSet(environment['CI']) || environment['TERM'] === 'dumb',
    cacheDirectory: join(cacheHome, 'sluice'),
    temporaryDirectory: tmpdir(),
  };
}

/** NO_COLOR before FORCE_COLOR before what the stream is. */
export function wantsColor(environment: Environment, isTerminal: boolean): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  if (environment['FORCE_COLOR'] !== undefined) return isSet(environment['FORCE_COLOR'] || '1');
  return isTerminal && environment['TERM'] !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
