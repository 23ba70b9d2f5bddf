/** Spans that orchestrators tell: of runs and nodes when these end, and of the commits and dispatches that had a part in a run. */
import { type EventRecord, type EventType, unpackEvents } from '../../engine/core/event.ts';
import type { RunState } from '../../engine/core/run-state.ts';
import { formatTraceparent, parseTraceparent } from '../../engine/core/trace-context.ts';
import type { RunTracer, TracedCommit, TracedDispatch } from '../../engine/ports/tracer.ts';
import type { SpanSink } from './finished-span.ts';
import type { Sampler } from './sampler.ts';
import { nodeContext, nodeSpan, type RunTrace, traceOfRun } from './span-names.ts';

const RUN_ENDS: ReadonlySet<EventType> = new Set(['run.succeeded', 'run.failed', 'run.cancelled']);
/** Not those that were skipped: nothing was done for them. */
const NODE_ENDS: ReadonlySet<EventType> = new Set(['node.succeeded', 'node.failed', 'node.cancelled']);

export function runTracer(tell: SpanSink, sampler: Sampler): RunTracer {
  return {
    contextOf: (header, node, generation) =>
      formatTraceparent(nodeContext(traceOfRun(header, sampler), { run: header.id, node, generation })),
    committed(commit) {
      for (const { run, change } of commit.runs) {
        const trace = traceOfRun(run.header, sampler);
        if (!trace.isSampled) continue;
        const { events } = change;
        const happened = events ? unpackEvents(events.packed, events.first) : [];
        tellCommit(tell, trace, { commit, run, events: happened.length });
        for (const event of happened) tellEnd(tell, trace, run, event);
      }
    },
    dispatched: (dispatch) => tellDispatch(tell, dispatch),
  };
}

function tellCommit(
  tell: SpanSink,
  { traceId, runSpan }: RunTrace,
  { commit, run, events }: { readonly commit: TracedCommit; readonly run: RunState; readonly events: number },
): void {
  const { shard, n, from, to } = commit;
  const attributes = { ...namesOf(run), 'sluice.shard': shard, 'sluice.commit': n, 'sluice.events': events };
  tell({ name: 'commit', traceId, parent: runSpan, from, to, attributes });
}

/** One for each run: its tickets go out together. */
function tellDispatch(tell: SpanSink, { tickets, from, to }: TracedDispatch): void {
  const counts = new Map<string, { readonly parent: string; readonly traceId: string; count: number }>();
  for (const { run, node, generation, traceparent = '' } of tickets) {
    const context = parseTraceparent(traceparent);
    if (!context?.isSampled) continue;
    const known = counts.get(run);
    // Under the node, when there is but one.
    if (!known) {
      const parent = nodeSpan(run, node, generation);
      counts.set(run, { parent, traceId: context.traceId, count: 1 });
    } else known.count++;
  }
  for (const [run, { parent, traceId, count }] of counts) {
    const attributes = { 'sluice.run': run, 'sluice.tickets': count };
    const above = count === 1 ? parent : traceOfRun({ id: run }, () => true).runSpan;
    tell({ name: 'dispatch', traceId, parent: above, from, to, attributes });
  }
}

function tellEnd(
  tell: SpanSink,
  trace: RunTrace,
  run: RunState,
  { type, node, detail, at }: EventRecord,
): void {
  if (RUN_ENDS.has(type)) tellRun(tell, trace, run);
  if (node === undefined || !NODE_ENDS.has(type)) return;
  const record = run.nodes[node];
  const task = record && run.plan.tasks[record.task];
  if (!record || !task) return;
  tell({
    name: `task ${task.id}`,
    traceId: trace.traceId,
    spanId: nodeSpan(run.header.id, node, record.generation),
    parent: trace.runSpan,
    from: record.queuedAt || record.startedAt || at,
    to: at,
    attributes: {
      ...namesOf(run),
      'sluice.task': task.id,
      'sluice.index': task.fanOut && node >= run.plan.tasks.length ? record.item : undefined,
      'sluice.attempts': record.attempt - record.earlier,
      'sluice.state': type.slice('node.'.length),
    },
    error:
      type === 'node.failed'
        ? (detail?.error?.code ?? run.outputs.get(node)?.e?.code ?? 'failed')
        : undefined,
  });
}

function tellRun(tell: SpanSink, { traceId, runSpan, parent }: RunTrace, run: RunState): void {
  const { status, createdAt, finishedAt, error, trigger } = run.header;
  tell({
    name: `run ${run.header.workflow}`,
    traceId,
    spanId: runSpan,
    parent,
    from: createdAt,
    to: finishedAt ?? createdAt,
    attributes: { ...namesOf(run), 'sluice.status': status, 'sluice.trigger': trigger.type },
    error: status === 'failed' ? (error?.code ?? 'failed') : undefined,
  });
}

function namesOf({ header }: RunState) {
  const { id, namespace, workflow } = header;
  return { 'sluice.run': id, 'sluice.namespace': namespace, 'sluice.workflow': workflow };
}
