/** Where the configuration file is, and which variable of the environment each of its settings stands for. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../config.ts';
import { usageFailure } from '../failure.ts';
import type { ConfigFile } from './schema.ts';

export const CONFIG_FILE = 'sluice.config.yaml';

export interface SettingName {
  readonly setting: string;
  readonly variable: string;
  /** Another variable that is read where `variable` is not set. */
  readonly usual?: string;
  /** Never shown. */
  readonly isSecret?: boolean;
  readonly isPath?: boolean;
  /** Its variable holds JSON. */
  readonly isJson?: boolean;
  /** What holds without any of them, in words. */
  readonly otherwise?: string;
}

/** In the order of `sluice config`. Those that are secret have no place in the file. */
export const SETTINGS: readonly SettingName[] = [
  { setting: 'redis', variable: 'REDIS_URL', otherwise: 'a private one in .sluice' },
  { setting: 'redis_tls.ca', variable: 'SLUICE_REDIS_CA', isPath: true },
  { setting: 'redis_tls.cert', variable: 'SLUICE_REDIS_CERT', isPath: true },
  { setting: 'redis_tls.key', variable: 'SLUICE_REDIS_KEY', isPath: true },
  { setting: 'redis_tls.servername', variable: 'SLUICE_REDIS_SERVERNAME' },
  { setting: 'prefix', variable: 'SLUICE_PREFIX', otherwise: 'sluice:' },
  { setting: 'artifacts', variable: 'SLUICE_ARTIFACTS', isPath: true, otherwise: 'beside Redis' },
  {
    setting: 'logs',
    variable: 'SLUICE_LOGS',
    isPath: true,
    otherwise: 'in Redis',
  },
  { setting: 'log_bytes', variable: 'SLUICE_LOG_BYTES', otherwise: '4194304 of an attempt' },
  { setting: 'retention', variable: 'SLUICE_RETENTION', otherwise: 'for ever' },
  { setting: 'max_runs', variable: 'SLUICE_MAX_RUNS', otherwise: 'no limit' },
  { setting: 'api.hosts', variable: 'SLUICE_API_HOSTS', otherwise: 'localhost' },
  { setting: 'api.proxies', variable: 'SLUICE_API_PROXIES', otherwise: 'none' },
  { setting: 'api.rate', variable: 'SLUICE_API_RATE', otherwise: '200 a second' },
  { setting: 'api.bull_board', variable: 'SLUICE_API_BULL_BOARD', otherwise: 'no' },
  { setting: 'audit_keep', variable: 'SLUICE_AUDIT_KEEP', otherwise: '100000 records' },
  { setting: 's3.endpoint', variable: 'SLUICE_S3_ENDPOINT', usual: 'AWS_ENDPOINT_URL_S3' },
  { setting: 's3.region', variable: 'SLUICE_S3_REGION', usual: 'AWS_REGION', otherwise: 'us-east-1' },
  {
    setting: 's3 access key',
    variable: 'SLUICE_S3_ACCESS_KEY_ID',
    usual: 'AWS_ACCESS_KEY_ID',
    isSecret: true,
  },
  {
    setting: 's3 secret key',
    variable: 'SLUICE_S3_SECRET_ACCESS_KEY',
    usual: 'AWS_SECRET_ACCESS_KEY',
    isSecret: true,
  },
  { setting: 'secrets.directory', variable: 'SLUICE_SECRETS_DIR', isPath: true },
  { setting: 'secrets.key_file', variable: 'SLUICE_SECRETS_KEY_FILE', isPath: true },
  { setting: 'secrets key', variable: 'SLUICE_SECRETS_KEY', isSecret: true },
  {
    setting: 'allow_addresses',
    variable: 'SLUICE_ALLOW_ADDRESSES',
    otherwise: 'public addresses; all of this machine with a private Redis',
  },
  { setting: 'kafka.brokers', variable: 'SLUICE_KAFKA_BROKERS' },
  { setting: 'kafka.ssl', variable: 'SLUICE_KAFKA_SSL', otherwise: 'no' },
  { setting: 'kafka.sasl.mechanism', variable: 'SLUICE_KAFKA_SASL_MECHANISM', otherwise: 'plain' },
  { setting: 'kafka.sasl.username', variable: 'SLUICE_KAFKA_SASL_USERNAME', otherwise: 'no log-in' },
  { setting: 'kafka.sasl.password', variable: 'SLUICE_KAFKA_SASL_SECRET', otherwise: 'no log-in' },
  { setting: 'channels', variable: 'SLUICE_CHANNELS', isJson: true, otherwise: 'none' },
  { setting: 'alerts', variable: 'SLUICE_ALERTS', isJson: true, otherwise: 'none' },
  { setting: 'queue_stuck.unserved', variable: 'SLUICE_QUEUE_STUCK_UNSERVED', otherwise: '1m' },
  { setting: 'queue_stuck.untaken', variable: 'SLUICE_QUEUE_STUCK_UNTAKEN', otherwise: '5m' },
];

/** Takes `--config FILE` out of a command line, wherever it stands. @throws CliFailure without its value */
export function takeConfigFlag(argv: readonly string[]): {
  readonly argv: readonly string[];
  readonly path?: string;
} {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const at = own.findIndex((word) => word === '--config' || word.startsWith('--config='));
  if (at < 0) return { argv };
  const { tokens } = parseArgs({
    args: own.slice(at),
    options: { config: { type: 'string' } },
    strict: false,
    tokens: true,
  });
  const [flag] = tokens;
  const path = flag?.kind === 'option' ? flag.value : undefined;
  if (path === undefined || path === '') throw usageFailure('`--config` needs a file: --config FILE.');
  const words = flag?.kind === 'option' && flag.inlineValue === true ? 1 : 2;
  return { argv: [...argv.slice(0, at), ...argv.slice(at + words)], path };
}

/** The file in this folder, or in the nearest one above that has one. */
export function findConfigFile(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, CONFIG_FILE);
    if (existsSync(path)) return path;
    if (dirname(at) === at) return undefined;
  }
}

/** Variable → value, as the environment would say it. Paths are relative to the folder of the file. */
export function variablesOf(config: ConfigFile, path: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const { setting, variable, isPath, isJson } of SETTINGS) {
    const value = textFor(config, setting, isJson);
    if (value === undefined) continue;
    const isFolder =
      isPath === true &&
      !(setting === 'logs' && value === 'redis') &&
      !/^[a-z][a-z0-9+.-]+:\/\//i.test(value);
    variables.set(variable, isFolder ? resolve(dirname(path), value) : value);
  }
  return variables;
}

function textFor(config: ConfigFile, setting: string, isJson = false): string | undefined {
  let at: unknown = config;
  for (const step of setting.split('.'))
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined;
  if (isJson) return at === undefined ? undefined : JSON.stringify(at);
  if (Array.isArray(at)) return at.join(',');
  return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? String(at) : undefined;
}

/** The environment with what only the file says. */
export function withFile(environment: Environment, variables: ReadonlyMap<string, string>): Environment {
  const merged: { [name: string]: string | undefined } = { ...environment };
  for (const { variable, usual } of SETTINGS) {
    const value = variables.get(variable);
    if (value !== undefined && !isGiven(environment, variable, usual)) merged[variable] = value;
  }
  return merged;
}

/** The variable that says it, if one does. */
export function isGiven(environment: Environment, variable: string, usual?: string): string | undefined {
  return [variable, usual].find((name) => name !== undefined && (environment[name] ?? '') !== '');
}
