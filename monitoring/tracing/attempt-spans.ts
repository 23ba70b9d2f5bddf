/** Spans that workers tell: of attempts. Whether a trace is recorded was said by the orchestrator, in the ticket. */
import { randomBytes } from 'node:crypto';
import { formatTraceparent, parseTraceparent } from '../../engine/core/trace-context.ts';
import type { AttemptTracer } from '../../engine/ports/tracer.ts';
import type { SpanSink } from './finished-span.ts';
import { nodeSpan } from './span-names.ts';

/** @param now ms since 1970 */
export function attemptTracer(tell: SpanSink, worker: string, now: () => number): AttemptTracer {
  return {
    begin(ticket) {
      const { run, node, generation, traceparent = '' } = ticket;
      const context = parseTraceparent(traceparent);
      if (!context?.isSampled) return undefined;
      const { traceId } = context;
      // A delivery that was lost may go on for a while beside its successor: they are two.
      const spanId = randomBytes(8).toString('hex');
      const from = now();
      return {
        traceparent: formatTraceparent({ traceId, spanId, isSampled: true }),
        end: (error) =>
          tell({
            name: `attempt ${ticket.task}`,
            traceId,
            spanId,
            parent: nodeSpan(run, node, generation),
            from,
            to: now(),
            attributes: {
              'sluice.run': run,
              'sluice.namespace': ticket.namespace,
              'sluice.workflow': ticket.workflow,
              'sluice.task': ticket.task,
              'sluice.index': ticket.index,
              'sluice.attempt': ticket.attempt,
              'sluice.uses': ticket.uses,
              'sluice.worker': worker,
            },
            error,
          }),
      };
    },
  };
}
