/**
 * Where a worker looks for a secret, in this order: its own environment, a folder of files, the encrypted store. The first
 * that has it wins, so that a machine can be given its own value.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, SluiceError } from '../../core/errors.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { checkSecretName, MAX_SECRET_BYTES } from './secret-vault.ts';

const PREFIX = 'SLUICE_SECRET_';

/** Asks one after the other. */
export function chainSecrets(stores: readonly SecretStore[]): SecretStore {
  return {
    async read(namespace, name) {
      checkSecretName(name);
      for (const store of stores) {
        const value = await store.read(namespace, name);
        if (value !== undefined) return value;
      }
      return undefined;
    },
  };
}

/** `SLUICE_SECRET_<NAME>`, for all namespaces. An empty variable counts as none. */
export function environmentSecrets(environment: {
  readonly [name: string]: string | undefined;
}): SecretStore {
  return {
    // A variable cannot have `-` in its name.
    read: async (_namespace, name) =>
      environment[PREFIX + name] || environment[PREFIX + name.replaceAll('-', '_')] || undefined,
  };
}

/** `<folder>/<namespace>/<NAME>`, else `<folder>/<NAME>`, as Docker and Kubernetes mount them. One newline at the end is not part of the value. */
export function fileSecrets(folder: string): SecretStore {
  return {
    async read(namespace, name) {
      const own = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(namespace)
        ? await readSecret(join(folder, namespace, name))
        : undefined;
      return own ?? (await readSecret(join(folder, name)));
    },
  };
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    // Without O_NONBLOCK, opening a pipe would wait for its other end.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) return undefined;
      if (stats.size > MAX_SECRET_BYTES)
        throw new Error(`it has ${stats.size} bytes; at most ${MAX_SECRET_BYTES} are taken`);
      return (await file.readFile('utf8')).replace(/\r?\n$/, '');
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SluiceError('secrets_locked', `The secret file ${path} cannot be read: ${messageOf(error)}.`);
  }
}
