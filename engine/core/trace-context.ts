/** The context of a trace as it travels between programs. Source: W3C Trace Context, https://www.w3.org/TR/trace-context/, version 00. */

export interface TraceContext {
  /** 32 hex digits, not all 0. */
  readonly traceId: string;
  /** 16 hex digits, not all 0: the span under which what follows belongs. */
  readonly spanId: string;
  /** Whether somebody records the trace. */
  readonly isSampled: boolean;
}

const SAMPLED = 0x01;
/** Later versions may have more behind it. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The value of a `traceparent` header or a `TRACEPARENT` variable. Undefined: it is none, and to be passed over, as the standard wants. */
export function parseTraceparent(text: string): TraceContext | undefined {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(text.trim()) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

export function formatTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
