/** A mistake in one reference of an expression, underlined where it stands. */
import type { DiagnosticCode } from '../diagnostic-code.ts';
import type { SiteReference } from '../site-reference.ts';
import type { WorkflowContext } from '../workflow-context.ts';

export interface Complaint {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: 'error' | 'warning';
}

export function complain(
  { document }: WorkflowContext,
  { site, within }: SiteReference,
  complaint: Complaint,
): void {
  const { severity, ...finding } = complaint;
  const full = { ...finding, path: site.path, within };
  if (severity === 'warning') document.warn(full);
  else document.error(full);
}
