/** The certificates for TLS to Redis, as SLUICE_REDIS_CA, _CERT, _KEY and _SERVERNAME name them. */
import { readFileSync } from 'node:fs';
import { messageOf, SluiceError } from '../core/errors.ts';
import type { TlsSettings } from './address.ts';

/** Variable → what it gives. */
const FILES = { ca: 'SLUICE_REDIS_CA', cert: 'SLUICE_REDIS_CERT', key: 'SLUICE_REDIS_KEY' } as const;

/** @throws SluiceError redis_unreachable when a file can't be read. */
export function readTlsFiles(environment: { readonly [name: string]: string | undefined }): TlsSettings {
  const texts = Object.entries(FILES).flatMap(([what, variable]) => {
    const path = environment[variable];
    return path ? [[what, readPem(variable, path)]] : [];
  });
  const servername = environment['SLUICE_REDIS_SERVERNAME'];
  return { ...Object.fromEntries(texts), ...(servername ? { servername } : {}) };
}

function readPem(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SluiceError(
      'redis_unreachable',
      `${variable} names the file ${path}, which cannot be read (${messageOf(cause)}): give the path of a PEM file.`,
      { cause },
    );
  }
}
