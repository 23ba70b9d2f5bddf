/** The replies of the API as types, from the schemas by which the server checks them. */
import type { z } from 'zod';
import type { event as eventSchema } from '../../server/contract/event.ts';
import type { runList } from '../../server/contract/list.ts';
import type { attempt, node as nodeSchema } from '../../server/contract/run.ts';
import type { runHead } from '../../server/contract/run-head.ts';
import type { testWorkflows } from '../../server/operations/rehearsal.ts';
import type * as parts from '../../server/operations/run-parts.ts';
import type { runGraph } from '../../server/operations/runs.ts';
import type { previewRetryRun } from '../../server/operations/steering.ts';

export type RunList = z.infer<typeof runList>;
export type RunLine = RunList['runs'][number];
export type RunHead = z.infer<typeof runHead>;
export type RunNode = z.infer<typeof nodeSchema>;
export type Attempt = z.infer<typeof attempt>;
export type RunEvent = z.infer<typeof eventSchema>;
export type RunGraph = z.infer<(typeof runGraph)['reply']>;
export type GraphTask = RunGraph['nodes'][number];
export type LogPage = z.infer<(typeof parts.readLogs)['reply']>;
export type LogLine = LogPage['lines'][number];
export type Explanation = z.infer<(typeof parts.explainNode)['reply']>;
export type ArtifactList = z.infer<(typeof parts.listArtifacts)['reply']>;
export type Preview = z.infer<(typeof previewRetryRun)['reply']>;
export type TestReport = z.infer<(typeof testWorkflows)['reply']>;
export type RunStatus = RunLine['status'];
export type NodeState = RunNode['status'];

/** What a list of runs shows. */
export interface RunFilter {
  readonly workflow?: string | undefined;
  /** One of them. */
  readonly statuses?: readonly string[] | undefined;
  /** Only those in which a node waits for somebody. */
  readonly awaiting?: true | undefined;
  /** `team=data,env=prod`. */
  readonly label?: string | undefined;
  /** In the id, the workflow or a label. */
  readonly text?: string | undefined;
  /** Not older, ms. */
  readonly sinceMs?: number | undefined;
}

/** Whether the run has come to its end. */
export function isEnded(status: RunStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}
