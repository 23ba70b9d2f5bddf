/** Where logs of tasks are kept: a bucket or folder that the user names, else Redis. */
import { SluiceError } from '../../engine/core/errors.ts';
import type { LogStore } from '../../engine/ports/log-store.ts';
import { type Connections, createRedisLogStore } from '../../engine/redis/index.ts';
import { logCap, openLogPlace } from '../../sdk/log-place.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';

/** @throws CliFailure for a place or a cap that is none */
export function openLogs(
  { settings, cwd }: Host,
  flag: string | undefined,
  { connections, shards }: { readonly connections: Connections; readonly shards: number },
): LogStore {
  try {
    return (
      openLogPlace({ ...settings, logs: flag ?? settings.logs }, cwd) ??
      createRedisLogStore(connections, { shards, ...logCap(settings.logBytes) })
    );
  } catch (thrown) {
    throw thrown instanceof SluiceError ? usageFailure(thrown.message) : thrown;
  }
}
