/** What the environment says to a program that uses the SDK. An option of a call always goes before it. */
import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readS3Settings, type S3Settings } from './bucket-place.ts';

export interface Settings {
  /** For executors, which pass on four names of it. */
  readonly environment: { readonly [name: string]: string | undefined };
  /** REDIS_URL. */
  readonly redis: string | undefined;
  /** SLUICE_PREFIX. */
  readonly prefix: string | undefined;
  /** SLUICE_ARTIFACTS: `s3://bucket/prefix` or a folder. */
  readonly artifacts: string | undefined;
  /** SLUICE_LOGS: `redis`, `s3://bucket/prefix`, or a folder. */
  readonly logs: string | undefined;
  /** SLUICE_LOG_BYTES: bytes of its log that are kept of an attempt. */
  readonly logBytes: string | undefined;
  /** SLUICE_RETENTION: how long runs are kept whose workflow does not say it. */
  readonly retention: string | undefined;
  readonly s3: S3Settings;
  /** SLUICE_ALLOW_ADDRESSES: what HTTP tasks may reach beyond public addresses. */
  readonly allowAddresses: string | undefined;
  /** For what may be lost and made again; shared with the command line. */
  readonly cacheDirectory: string;
  readonly temporaryDirectory: string;
}

export function readSettings(environment: Settings['environment'] = process.env): Settings {
  const cacheHome = environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache');
  return {
    environment,
    redis: environment['REDIS_URL'] || undefined,
    prefix: environment['SLUICE_PREFIX'] || undefined,
    artifacts: environment['SLUICE_ARTIFACTS'] || undefined,
    logs: environment['SLUICE_LOGS'] || undefined,
    logBytes: environment['SLUICE_LOG_BYTES'] || undefined,
    retention: environment['SLUICE_RETENTION'] || undefined,
    s3: readS3Settings(environment),
    allowAddresses: environment['SLUICE_ALLOW_ADDRESSES'] || undefined,
    cacheDirectory: join(cacheHome, 'sluice'),
    temporaryDirectory: tmpdir(),
  };
}

/** The version of this package, from the package.json above `sdk/` or `dist/sdk/`. */
export function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        version: unknown;
      };
      return String(version);
    } catch {
      // The other place, then.
    }
  }
  return 'unknown';
}
