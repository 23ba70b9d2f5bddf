/** Where logs of tasks are kept: in Redis, or in a folder that the user names. All roles must name the same. */
import { resolve } from 'node:path';
import { SluiceError } from '../engine/core/errors.ts';
import type { LogStore } from '../engine/ports/log-store.ts';
import { createDirectoryLogStore } from '../engine/runtime/files/directory-log-store.ts';

export interface LogSettings {
  /** SLUICE_LOGS: `redis`, or a folder. */
  readonly logs: string | undefined;
  /** SLUICE_LOG_BYTES: bytes kept of one attempt. */
  readonly logBytes: string | undefined;
}

/** Undefined: in Redis. @throws SluiceError not_possible */
export function openLogPlace(
  place: string | undefined,
  directory: string,
  bytes: { readonly maxBytes?: number },
): LogStore | undefined {
  if (place === undefined || place === 'redis') return undefined;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place))
    return createDirectoryLogStore(resolve(directory, place), bytes);
  throw new SluiceError(
    'not_possible',
    `${place} is no place for logs: write redis, or a folder that all roles share.`,
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
