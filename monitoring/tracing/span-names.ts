/**
 * Ids of spans, made from the names of what they are of: all workers, and the next owner of a shard, name the same span without
 * asking. The spans of a run belong under the context that it was started with; without one they are a trace of their own.
 */
import { createHash } from 'node:crypto';
import type { RunHeader } from '../../engine/core/run-header.ts';
import { parseTraceparent, type TraceContext } from '../../engine/core/trace-context.ts';
import type { Sampler } from './sampler.ts';

export type TracedRun = Pick<RunHeader, 'id' | 'traceparent'>;

/** Where the spans of a run stand. */
export interface RunTrace {
  /** 32 hex digits. */
  readonly traceId: string;
  /** The span of the run itself, 16 hex digits. */
  readonly runSpan: string;
  /** The span of whoever started it. */
  readonly parent: string | undefined;
  readonly isSampled: boolean;
}

export function traceOfRun(run: TracedRun, sampler: Sampler): RunTrace {
  const given = run.traceparent === undefined ? undefined : parseTraceparent(run.traceparent);
  const traceId = given?.traceId ?? digest(`trace ${run.id}`, 32);
  return {
    traceId,
    runSpan: digest(`run ${run.id}`, 16),
    parent: given?.spanId,
    isSampled: sampler(traceId, given?.isSampled),
  };
}

/** One generation of a node. */
export function nodeSpan(run: string, node: number, generation: number): string {
  return digest(`node ${run} ${node} ${generation}`, 16);
}

export function nodeContext(
  { traceId, isSampled }: RunTrace,
  node: { readonly run: string; readonly node: number; readonly generation: number },
): TraceContext {
  return { traceId, spanId: nodeSpan(node.run, node.node, node.generation), isSampled };
}

function digest(text: string, digits: number): string {
  return createHash('sha256').update(`sluice ${text}`).digest('hex').slice(0, digits);
}
