/**
 * The workspace: the place on a machine where an attempt works. Each attempt has an empty folder of its own, in which the
 * task's `files` lie already, and sees the workflow's own folder read-only.
 *
 * Adapters: engine/runtime/files/local-workspace.ts (real folders), engine/memory/workspace.ts (none, for simulation).
 */
import type { ArtifactRef, Ticket } from '../core/ticket.ts';

export interface OpenWorkspace {
  readonly directory: string;
  /** Undefined when the run was started without the workflow's folder. */
  readonly sourceDirectory: string | undefined;
  /**
   * Keeps files: artifact name → path in the directory. Harmless to repeat.
   * @throws TaskFailure missing_artifact (not there, not a file, outside the directory), output_too_large.
   * @throws SluiceError redis_unreachable, redis_refused from the artifact store: try again.
   */
  collect(artifacts: { readonly [name: string]: string }): Promise<{ readonly [name: string]: ArtifactRef }>;
  /** Removes the directory. Never rejects. */
  dispose(): Promise<void>;
}

export interface Workspace {
  /**
   * Makes the directory, fetches `ticket.files` into it and unpacks `ticket.source`. Leaves nothing behind when it rejects;
   * rejects soon after the signal aborts.
   * @throws TaskFailure workspace_failed, source_unavailable.
   * @throws SluiceError redis_unreachable, redis_refused from the artifact store: try again.
   */
  open(ticket: Ticket, signal: AbortSignal): Promise<OpenWorkspace>;
}
