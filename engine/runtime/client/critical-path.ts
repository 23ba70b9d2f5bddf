/**
 * The critical path of a finished run: the chain of nodes, each begun only because the one before had ended, that leads to the
 * node that ended last, through all parts of the run. Making anything on it faster makes the run faster; nothing else does.
 */
import type { NodeView, RunView } from './run-view.ts';

export interface PathStep {
  /** Node id; of a fan-out the node that ended last. */
  readonly node: string;
  /** From the end of the step before (or the run's start) to the first start: queue, limits. ms. */
  readonly waitedMs: number;
  /** From the first start to the last end, pauses between attempts included. ms. */
  readonly tookMs: number;
}

/** When the work of a task began and ended, ms since 1970. */
export interface TaskSpan {
  readonly node: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

export function criticalPath(run: Pick<RunView, 'nodes' | 'started_at' | 'retried_at'>): PathStep[] {
  const spans = taskSpans(run.nodes);
  const needs = new Map(run.nodes.map((node) => [node.task, node.needs]));
  const parts = new Map(run.nodes.map((node) => [node.task, partOf(node)]));
  // What was done again waited for a person, not for the engine.
  const retriedAt = run.retried_at === null ? Number.NEGATIVE_INFINITY : Date.parse(run.retried_at);
  const steps: PathStep[] = [];
  let current = latest([...spans.keys()], spans);
  while (current !== undefined) {
    const span = spans.get(current);
    if (span === undefined) break;
    // What ended later cannot have been what it waited for: some rules let a task begin before all upstream has ended.
    const causes = workedBefore(current, needs, spans).filter((task) => endOf(spans, task) <= span.startedAt);
    const before = latest(causes, spans) ?? latest(earlierParts(current, parts, spans), spans);
    const endedAt = spans.get(before ?? '')?.endedAt ?? Date.parse(run.started_at ?? '');
    const readyAt = span.startedAt >= retriedAt ? Math.max(endedAt, retriedAt) : endedAt;
    steps.unshift({
      node: span.node,
      waitedMs: Math.max(0, span.startedAt - (Number.isNaN(readyAt) ? span.startedAt : readyAt)),
      tookMs: Math.max(0, span.endedAt - span.startedAt),
    });
    current = before;
  }
  return steps;
}

/** The parts of a run follow each other: the main one, compensation, handlers. */
function partOf({ phase }: NodeView): number {
  return phase === 'main' ? 0 : phase === 'compensate' ? 1 : 2;
}

/** A task without upstream of its own in a later part waits for the parts before. */
function earlierParts(
  task: string,
  parts: ReadonlyMap<string, number>,
  spans: ReadonlyMap<string, TaskSpan>,
): string[] {
  const own = parts.get(task) ?? 0;
  return [...spans.keys()].filter(
    (one) => (parts.get(one) ?? 0) < own && endOf(spans, one) <= (spans.get(task)?.startedAt ?? 0),
  );
}

/** First start and last end of each task in its newest life that was worked on; a fan-out is named by its node that ended last. */
export function taskSpans(nodes: readonly NodeView[]): Map<string, TaskSpan> {
  const spans = new Map<string, TaskSpan>();
  for (const { id, task, generation, attempts: all } of nodes) {
    const attempts = all.filter((one) => one.generation === generation);
    const starts = attempts.flatMap(({ started_at: at }) => (at === null ? [] : [Date.parse(at)]));
    const ends = attempts.flatMap(({ finished_at: at }) => (at === null ? [] : [Date.parse(at)]));
    if (starts.length === 0 || ends.length === 0) continue;
    const startedAt = starts.reduce((a, b) => Math.min(a, b));
    const endedAt = ends.reduce((a, b) => Math.max(a, b));
    const known = spans.get(task);
    spans.set(task, {
      node: known && known.endedAt >= endedAt ? known.node : id,
      startedAt: Math.min(known?.startedAt ?? startedAt, startedAt),
      endedAt: Math.max(known?.endedAt ?? endedAt, endedAt),
    });
  }
  return spans;
}

/** The nearest tasks upstream that were worked on: those that were not (skipped ones) pass on what they waited for. */
function workedBefore(
  task: string,
  needs: ReadonlyMap<string, readonly string[]>,
  spans: ReadonlyMap<string, TaskSpan>,
): string[] {
  const found: string[] = [];
  const seen = new Set<string>([task]);
  const open = [...(needs.get(task) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (spans.has(next)) found.push(next);
    else open.push(...(needs.get(next) ?? []));
  }
  return found;
}

function latest(tasks: readonly string[], spans: ReadonlyMap<string, TaskSpan>): string | undefined {
  let best: string | undefined;
  for (const task of tasks) {
    if (best === undefined || endOf(spans, task) > endOf(spans, best)) best = task;
  }
  return best;
}

function endOf(spans: ReadonlyMap<string, TaskSpan>, task: string): number {
  return spans.get(task)?.endedAt ?? Number.NEGATIVE_INFINITY;
}
