/** Opens the engine for the length of one command, and closes it however that ends. */
import type { Host } from '../host.ts';
import { type Engine, type EngineOptions, openEngine } from './engine.ts';
import { troubleLogger } from './logger.ts';

export async function withEngine<T>(
  host: Host,
  options: Omit<EngineOptions, 'logger'>,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const logger = troubleLogger(host, host.say);
  const engine = await openEngine(host, { ...options, logger });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
