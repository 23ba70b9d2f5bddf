/** The run index in memory: one line a run, one plan a workflow name. */
import { RUN_SAMPLES, type RunSample } from '../core/progress/run-sample.ts';
import { fitsFilter } from '../ports/run-filter.ts';
import type { EndedRuns, RunIndex, RunSummary, SavedWorkflow } from '../ports/run-index.ts';

const HOUR_MS = 3_600_000;

export interface MemoryRunIndex extends RunIndex {
  forget(run: string): void;
}

export function createMemoryRunIndex(): MemoryRunIndex {
  const runs = new Map<string, RunSummary>();
  /** Change `<n>-0` is the nth. */
  const changes: RunSummary[] = [];
  const workflows = new Map<string, SavedWorkflow>();
  /** By namespace, hour and status. */
  const ends = new Map<string, EndedRuns & { readonly namespace: string }>();
  const countEnd = ({ namespace, status, finishedAt = 0 }: RunSummary) => {
    const hour = finishedAt - (finishedAt % HOUR_MS);
    const key = JSON.stringify([namespace, hour, status]);
    ends.set(key, { namespace, hour, status, count: (ends.get(key)?.count ?? 0) + 1 });
  };
  const samples = new Map<string, RunSample[]>();
  const workflowKey = (namespace: string, name: string) => JSON.stringify([namespace, name]);
  return {
    async record(...summaries) {
      for (const summary of summaries) {
        const known = runs.get(summary.id);
        if (known !== undefined && summary.status === 'queued') continue;
        runs.set(summary.id, { ...summary });
        const isSameStatus = known?.status === summary.status;
        if (isSameStatus && (known.awaiting ?? 0) === (summary.awaiting ?? 0)) continue;
        changes.push({ ...summary });
        if (!isSameStatus && summary.finishedAt !== undefined) countEnd(summary);
      }
    },
    async changes(after, limit) {
      const first = Number(after.split('-')[0]);
      const found = changes.slice(first, first + limit).map((run, i) => ({ id: `${first + i + 1}-0`, run }));
      return { changes: found, hasGap: false };
    },
    async ended(namespace, from, to) {
      return [...ends.values()]
        .filter((one) => one.namespace === namespace && one.hour >= from - (from % HOUR_MS) && one.hour <= to)
        .map(({ hour, status, count }) => ({ hour, status, count }))
        .sort((a, b) => a.hour - b.hour || (a.status < b.status ? -1 : 1));
    },
    async newestChange() {
      return `${changes.length}-0`;
    },
    forget(run) {
      runs.delete(run);
    },
    async list(filter, limit, cursor) {
      const found = [...runs.values()]
        .filter((run) => fitsFilter(run, filter) && (cursor === undefined || position(run) < cursor))
        .sort((a, b) => (position(a) < position(b) ? 1 : -1));
      const page = found.slice(0, limit).map((run) => ({ ...run }));
      const last = page.at(-1);
      return { runs: page, ...(last !== undefined && found.length > limit ? { next: position(last) } : {}) };
    },
    async teach(sample) {
      const key = workflowKey(sample.namespace, sample.workflow);
      samples.set(key, [sample, ...(samples.get(key) ?? [])].slice(0, RUN_SAMPLES));
    },
    async taught(namespace, workflow) {
      return samples.get(workflowKey(namespace, workflow)) ?? [];
    },
    async saveWorkflow(namespace, name, workflow) {
      workflows.set(workflowKey(namespace, name), { ...workflow });
    },
    async findWorkflow(namespace, name) {
      return workflows.get(workflowKey(namespace, name));
    },
  };
}

/** Text that sorts as runs do: by time of creation, then by id. */
function position(run: RunSummary): string {
  return `${String(run.createdAt).padStart(16, '0')}-${run.id}`;
}
