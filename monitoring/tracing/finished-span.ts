/** A span that is over. Nothing is kept of one that is not, so that a role that dies leaves nothing half told. */

export interface FinishedSpan {
  readonly name: string;
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. Absent: nobody refers to it. */
  readonly spanId?: string | undefined;
  readonly parent: string | undefined;
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
  readonly attributes: { readonly [name: string]: string | number | boolean | undefined };
  /** Code of the error that it ended with. Messages stay out: they may say more than a collector should know. */
  readonly error?: string | undefined;
}

/** Takes spans to where they are collected. Never throws, never waits. */
export type SpanSink = (span: FinishedSpan) => void;
