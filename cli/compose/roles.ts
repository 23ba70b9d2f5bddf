/**
 * Starts the two long-lived roles on an engine. What they are made of is loaded when one is started: most commands start none, and
 * would keep everybody waiting for it.
 */
import type { Orchestrator } from '../../engine/runtime/orchestrator/orchestrator.ts';
import type { IntakeSettings } from '../../engine/runtime/shard/intake.ts';
import type { Worker } from '../../engine/runtime/worker.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';

export interface Role {
  /** Ends it in good order. A worker first waits up to `drainMs` for its work, then hands the rest back. */
  stop(drainMs: number): Promise<void>;
}

export interface RunningOrchestrator extends Role {
  readonly orchestrator: Orchestrator;
}

export interface RunningWorker extends Role {
  readonly worker: Worker;
  readonly name: string;
}

export interface WorkerFlags {
  /** Queue → tasks at once. */
  readonly queues: { readonly [queue: string]: number };
  readonly name?: string | undefined;
  readonly labels?: { readonly [name: string]: string };
  /** What HTTP tasks may reach beyond public addresses; else SLUICE_ALLOW_ADDRESSES. */
  readonly allowAddress?: readonly string[];
}

export async function startOrchestrator(
  host: Host,
  engine: Engine,
  intake: IntakeSettings = { maxRuns: 0 },
): Promise<RunningOrchestrator> {
  const { openOrchestrator } = await import('./orchestrator-role.ts');
  return openOrchestrator(host, engine, intake);
}

export async function startWorker(host: Host, engine: Engine, flags: WorkerFlags): Promise<RunningWorker> {
  const { openWorker } = await import('./worker-role.ts');
  return openWorker(host, engine, flags);
}
