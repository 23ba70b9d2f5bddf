/** What an executor is given for one attempt, made from the ticket and what the attempt has on this machine. */
import type { Ticket } from '../../core/ticket.ts';
import type { ExecutionContext } from '../../ports/executor.ts';
import type { OpenWorkspace } from '../../ports/workspace.ts';

export interface ContextParts extends Pick<ExecutionContext, 'log' | 'logger' | 'progress' | 'addCost'> {
  /** With its secrets. */
  readonly ticket: Ticket;
  readonly workspace: OpenWorkspace | undefined;
  /** Of the attempt's own span; else the node's, if anybody traces. */
  readonly traceparent: string | undefined;
  /** Most work never asks for it. */
  readonly askSignal: () => AbortSignal;
  /** Known for good when the signal aborts. */
  readonly askGraceMs: () => number;
}

export function makeContext({
  ticket,
  workspace,
  traceparent,
  askSignal,
  askGraceMs,
  ...rest
}: ContextParts): ExecutionContext {
  return {
    run: ticket.run,
    workflow: ticket.workflow,
    task: ticket.task,
    index: ticket.index,
    attempt: ticket.attempt,
    logicalTime: ticket.logical_time,
    traceparent,
    env: ticket.env,
    directory: workspace?.directory ?? '',
    sourceDirectory: workspace?.sourceDirectory,
    cwd: ticket.cwd,
    shell: ticket.shell,
    declaredOutputs: ticket.outputs,
    artifacts: ticket.artifacts,
    get signal() {
      return askSignal();
    },
    get graceMs() {
      return askGraceMs();
    },
    ...rest,
  };
}
