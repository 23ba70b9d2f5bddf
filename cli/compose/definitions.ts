/** Definitions and schedules on an engine, for commands that change them. */
import { randomUUID } from 'node:crypto';
import { Definitions } from '../../engine/runtime/definition/definitions.ts';
import { Schedules } from '../../engine/runtime/schedules.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';
import { liveOrchestrators } from './live-orchestrators.ts';
import { startOrchestrator } from './roles.ts';

/** Longer than a take-over of a shard, ms. */
const WAIT_MS = 5_000;

/** `waitMs` 0: schedules are told, and their answers not waited for. */
export function definitionsOf({ definitions, store, shards }: Engine, waitMs: number): Definitions {
  return new Definitions({ definitions, store, shards, waitMs, newRequestId: randomUUID });
}

export function schedulesOf({ store, shards }: Engine, waitMs = 0): Schedules {
  return new Schedules({ store, shards, waitMs, newRequestId: randomUUID });
}

export interface Changing {
  readonly definitions: Definitions;
  readonly schedules: Schedules;
}

/** For changes that orchestrators take: in a private Redis that has none, this command is one for as long as it takes. */
export async function withOrchestrator(
  host: Host,
  engine: Engine,
  work: (changing: Changing) => Promise<void>,
): Promise<void> {
  const isDriven = (await liveOrchestrators(engine)).length > 0;
  const own = !isDriven && engine.isEmbedded ? await startOrchestrator(host, engine) : undefined;
  const waitMs = isDriven || own ? WAIT_MS : 0;
  try {
    await work({ definitions: definitionsOf(engine, waitMs), schedules: schedulesOf(engine, waitMs) });
    if (!isDriven)
      host.say('No orchestrator is running; schedules start runs while one does: sluice orchestrator');
  } finally {
    await own?.stop(0);
  }
}
