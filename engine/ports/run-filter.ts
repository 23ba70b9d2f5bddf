/** Which runs a list has. */
import type { RunStatus } from '../core/node-state.ts';
import type { RunSummary } from './run-index.ts';

export interface RunFilter {
  readonly namespace?: string;
  readonly workflow?: string;
  /** One of them. */
  readonly status?: RunStatus | readonly RunStatus[];
  /** Only those in which a node waits for somebody. */
  readonly awaiting?: true;
  /** All of them, with these values. */
  readonly labels?: { readonly [name: string]: string };
  /** Stands in the id, the name of the workflow or a label, whatever the case. */
  readonly text?: string;
  /** Created then or later, ms since 1970. */
  readonly createdFrom?: number;
  /** Created before then, ms since 1970. */
  readonly createdBefore?: number;
}

export function fitsFilter(run: RunSummary, filter: RunFilter): boolean {
  const { namespace, workflow, labels = {}, text, createdFrom = 0, createdBefore = Infinity } = filter;
  const own = run.labels ?? {};
  return (
    (namespace === undefined || namespace === run.namespace) &&
    (workflow === undefined || workflow === run.workflow) &&
    (filter.awaiting === undefined || (run.awaiting ?? 0) > 0) &&
    statusesOf(filter)?.includes(run.status) !== false &&
    run.createdAt >= createdFrom &&
    run.createdAt < createdBefore &&
    Object.entries(labels).every(([name, value]) => Object.hasOwn(own, name) && own[name] === value) &&
    (text === undefined || holdsText(run, text.toLowerCase()))
  );
}

/** Undefined: any. */
export function statusesOf({ status }: RunFilter): readonly RunStatus[] | undefined {
  return typeof status === 'string' ? [status] : status;
}

function holdsText({ id, workflow, labels = {} }: RunSummary, text: string): boolean {
  const words = [id, workflow, ...Object.entries(labels).map((pair) => pair.join('='))];
  return words.some((word) => word.toLowerCase().includes(text));
}
