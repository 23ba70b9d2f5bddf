/** Opens the installation that a command is for, for as long as the command takes: its Redis, or its server. */
import type { InstallationFlags } from '../command.ts';
import type { EngineOptions } from '../compose/engine.ts';
import type { Host } from '../host.ts';
import type { Installation } from './installation.ts';
import { findServerPlace } from './server-place.ts';

export interface OpenOptions extends InstallationFlags {
  /** `read`: looks only, so there must be something to look at. `write`: asks for changes. */
  readonly use: Exclude<EngineOptions['use'], 'serve'>;
}

/** @throws CliFailure, SluiceError redis_unreachable … */
export async function withInstallation<T>(
  host: Host,
  options: OpenOptions,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const place = findServerPlace(host, options);
  // Only one of them is loaded: the libraries of the other would keep everybody waiting.
  if (place !== undefined) {
    const { serverInstallation } = await import('./server/index.ts');
    return work(serverInstallation(place));
  }
  const [{ withEngine }, { redisInstallation }] = await Promise.all([
    import('../compose/with-engine.ts'),
    import('./redis/index.ts'),
  ]);
  return withEngine(host, options, (engine) => work(redisInstallation(host, engine)));
}

/** Whether the command works through a server. */
export function isThroughServer(host: Host, flags: InstallationFlags): boolean {
  return findServerPlace(host, flags) !== undefined;
}
