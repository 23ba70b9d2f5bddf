/** Runs, looked at. What is asked of them: steering.ts. */
import type { EventRecord } from '../../engine/core/event.ts';
import type { NodeExplanation, RunExplanation } from '../../engine/core/explain/index.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { RunHeader } from '../../engine/core/run-header.ts';
import type { ArtifactRef } from '../../engine/core/ticket.ts';
import type { LogLine } from '../../engine/ports/log-store.ts';
import type { RunFilter } from '../../engine/ports/run-index.ts';
import type { LogPage, LogQuery } from '../../engine/runtime/client/log-search.ts';
import type { RunDiff } from '../../engine/runtime/client/run-diff.ts';
import type { EventView, RunView } from '../../engine/runtime/client/run-view.ts';
import type { RunList } from '../../server/contract/list.ts';

/** A run as it stands, without what grows with it. */
export type RunHead = Pick<RunHeader, 'id' | 'namespace' | 'workflow' | 'status' | 'labels' | 'inputs'>;

/** How far it is, and when it may end. */
export type RunAdvance = Pick<RunView, 'progress' | 'eta' | 'finished_at'>;

export interface Runs {
  /** A page, newest first. */
  list(filter: RunFilter, limit: number, cursor?: string): Promise<RunList>;
  /** @throws SluiceError run_not_found, as all that name a run */
  head(run: string): Promise<RunHead>;
  /** For reading it again and again. */
  advance(run: string): () => Promise<RunAdvance>;
  plan(run: string): Promise<Plan>;
  show(run: string): Promise<RunView>;
  events(run: string): Promise<readonly EventView[]>;
  /** For following it to its end. */
  feed(run: string): Promise<RunFeed>;
  /** @throws SluiceError node_not_found, not_possible (the pattern) */
  searchLogs(query: LogQuery): Promise<LogPage>;
  explain(run: string): Promise<RunExplanation>;
  /** @throws SluiceError node_not_found */
  explainNode(run: string, node: string): Promise<NodeExplanation>;
  compare(a: string, b: string): Promise<RunDiff>;
  /** Where a kept file lies, for people; undefined when no path leads there from here. */
  locate(run: string, artifact: string): string | undefined;
  /** @throws SluiceError artifact_not_found, invalid_record when it is damaged */
  fetchArtifact(run: string, node: string, ref: ArtifactRef): Promise<Uint8Array>;
}

/** A run's history as it happens, and the logs that belong to it. */
export interface RunFeed {
  readonly plan: Plan;
  /** Events after `after`, in order, until the run has ended or the signal aborts. */
  follow(after: number, signal: AbortSignal): AsyncIterable<FollowedEvent>;
  /** Lines after the one with the id, which was the last of the call before, at most `limit`. Of an attempt that is over: all that there are. */
  readLog(attempt: AttemptName, { after, limit, isOver }: LogRead): Promise<readonly LogLine[]>;
  /** Between two looks at a log, while its attempt goes on, that are worth it, ms. */
  readonly logPauseMs: number;
  /** Nothing is read any more. */
  close(): void;
}

export interface LogRead {
  /** `0`: from the first. */
  readonly after: string;
  readonly limit: number;
  /** The attempt has ended. */
  readonly isOver: boolean;
}

export interface FollowedEvent {
  readonly event: EventRecord;
  readonly view: EventView;
  /** Index of the task that its node belongs to. */
  readonly task: number | undefined;
}

export interface AttemptName {
  /** `resize[3]`. */
  readonly node: string;
  readonly attempt: number;
}
