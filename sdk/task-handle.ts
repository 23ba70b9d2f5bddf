/** A task of a workflow that is being written: what others may refer to. */
import type { ArtifactRef } from '../engine/core/ticket.ts';
import type { Ref } from './reference.ts';

export interface TaskHandle<Outputs = unknown> {
  readonly id: string;
  readonly outputs: Ref<Outputs>;
  readonly artifacts: Ref<{ readonly [name: string]: ArtifactRef }>;
  readonly status: Ref<string>;
  readonly error: Ref<{ readonly code: string; readonly message: string } | null>;
  readonly attempts: Ref<number>;
  /** In `needs`: the task's id. */
  toJSON(): string;
}
