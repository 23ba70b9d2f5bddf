/** Who changed what. */
import type { AuditRecord, ChainEnd, ChainProblem } from '../../engine/core/audit/record.ts';

export interface AuditQuery {
  readonly limit: number;
  readonly namespace?: string;
  readonly action?: string;
  readonly object?: string;
  readonly who?: string;
}

export interface AuditVerdict {
  readonly records: number;
  readonly head: ChainEnd;
  readonly anchor: ChainEnd;
  readonly problems: readonly ChainProblem[];
}

export interface AuditTrail {
  /** Newest first. */
  list(query: AuditQuery): Promise<readonly AuditRecord[]>;
  /** @param noted a head that must still be in the chain */
  verify(noted?: ChainEnd): Promise<AuditVerdict>;
}
