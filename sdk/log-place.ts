/** Where logs of tasks are kept: in Redis, or in a bucket or folder that the user names. All roles must name the same. */
import { resolve } from 'node:path';
import { SluiceError } from '../engine/core/errors.ts';
import type { LogStore } from '../engine/ports/log-store.ts';
import { createDirectoryLogStore } from '../engine/runtime/files/directory-log-store.ts';
import { createS3LogStore } from '../engine/s3/log-store.ts';
import { isAddress, isBucket, readBucketPlace, type S3Settings } from './bucket-place.ts';

export interface LogSettings {
  /** SLUICE_LOGS: `redis`, `s3://bucket/prefix`, or a folder. */
  readonly logs: string | undefined;
  /** SLUICE_LOG_BYTES: bytes kept of one attempt. */
  readonly logBytes: string | undefined;
  readonly s3: S3Settings;
}

/** Undefined: in Redis. @param directory that a folder is relative to. @throws SluiceError not_possible */
export function openLogPlace(
  { logs: place, logBytes, s3 }: LogSettings,
  directory: string,
): LogStore | undefined {
  if (place === undefined || place === 'redis') return undefined;
  const cap = logCap(logBytes);
  if (isBucket(place)) return createS3LogStore({ ...readBucketPlace(place, s3), ...cap });
  if (!isAddress(place)) return createDirectoryLogStore(resolve(directory, place), cap);
  throw new SluiceError(
    'not_possible',
    `${place} is no place for logs: write redis, s3://bucket/prefix, or a folder that all roles share.`,
  );
}

/** @throws SluiceError not_possible */
export function logCap(text: string | undefined): { readonly maxBytes?: number } {
  if (text === undefined) return {};
  if (/^[1-9]\d{3,11}$/.test(text)) return { maxBytes: Number(text) };
  throw new SluiceError(
    'not_possible',
    `SLUICE_LOG_BYTES (log_bytes) is ${JSON.stringify(text)}; write how many bytes are kept of one attempt, 1000 or more, such as 4194304.`,
  );
}
