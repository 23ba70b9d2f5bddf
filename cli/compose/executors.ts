/** The executors of this installation, and those of them that the orchestrator evaluates itself. */
import { join } from 'node:path';
import type { EngineActions } from '../../engine/core/engine-outcome.ts';
import type { Executor } from '../../engine/ports/executor.ts';
import type { Notifier } from '../../engine/ports/notifier.ts';
import { builtinExecutors, type HttpSettings } from '../../executors/index.ts';
import type { Settings } from '../config.ts';

/** What executors of a worker have from their installation. */
export interface WorkSettings {
  readonly http?: HttpSettings;
  readonly notifier?: Notifier;
}

export function allExecutors(
  { environment, cacheDirectory }: Settings,
  { http = {}, notifier }: WorkSettings = {},
): readonly Executor[] {
  return builtinExecutors({
    environment,
    http,
    module: { cacheDirectory: join(cacheDirectory, 'modules') },
    ...(notifier ? { notifier } : {}),
  });
}

/** Each checks its options itself: what does not fit fails the task with `invalid_options`. */
export function engineActions(executors: readonly Executor[]): EngineActions {
  return new Map(
    executors.flatMap((executor) =>
      executor.place === 'engine'
        ? [[executor.name, (options, now) => executor.evaluate(options, now)] as const]
        : [],
    ),
  );
}

/** Names of those that need no worker. */
export const ENGINE_EXECUTORS: ReadonlySet<string> = new Set(engineActions(builtinExecutors()).keys());
