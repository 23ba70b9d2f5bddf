/** An alert as the public contract has it. */
import type { AlertView } from '../engine/runtime/client/alert-view.ts';
import type { AlertLine } from './contract/alerts.ts';

export function alertLineOf(view: AlertView): AlertLine {
  const { id, rule, subject, state, namespace, workflow, run, since, resolvedAt, summary, count } = view;
  return {
    id,
    rule,
    subject,
    state,
    namespace,
    workflow,
    run: run ?? null,
    since: new Date(since).toISOString(),
    resolved_at: resolvedAt === undefined ? null : new Date(resolvedAt).toISOString(),
    summary,
    count,
  };
}
