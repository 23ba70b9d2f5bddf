/** Lines of a list of runs as they change: news is laid over what is there, so that nothing that was read is asked for again. */
import { parseLabelText } from '../../server/contract/label-text.ts';
import type { RunFilter, RunLine } from '../api/model.ts';

export interface ListPage {
  readonly runs: readonly RunLine[];
}

/** Pages with the newest of each line; those that fit the filter now come to their place, those that do not any more go. The same object when nothing changes. */
export function withNews<Page extends ListPage>(
  pages: readonly Page[],
  news: ReadonlyMap<string, RunLine>,
  filter: RunFilter,
): readonly Page[] {
  const known = new Set<string>();
  const updated = pages.map((page) => {
    const runs = page.runs.flatMap((line) => {
      known.add(line.id);
      const now = news.get(line.id);
      if (now === undefined || isSame(now, line)) return [line];
      return fits(now, filter) ? [now] : [];
    });
    const isAsBefore = runs.length === page.runs.length && runs.every((line, i) => line === page.runs[i]);
    return isAsBefore ? page : { ...page, runs };
  });
  const oldest = pages.findLast(({ runs }) => runs.length > 0)?.runs.at(-1)?.id ?? '';
  // Ids are in the order of time. What is older stands on a page that was not read yet.
  const fresh = [...news.values()].filter(
    (line) => line.id > oldest && !known.has(line.id) && fits(line, filter),
  );
  if (fresh.length === 0) return updated.every((page, i) => page === pages[i]) ? pages : updated;
  return updated.map((page, i) => {
    const own = fresh.filter(({ id }) => pageOf(pages, id) === i);
    if (own.length === 0) return page;
    return { ...page, runs: [...page.runs, ...own].sort((a, b) => (a.id < b.id ? 1 : -1)) };
  });
}

/** Where a run belongs: on the first page that ends with an older one. */
function pageOf(pages: readonly ListPage[], id: string): number {
  return Math.max(
    0,
    pages.findIndex(({ runs }) => (runs.at(-1)?.id ?? '') < id),
  );
}

function isSame(a: RunLine, b: RunLine): boolean {
  return a.status === b.status && a.finished_at === b.finished_at && a.awaiting === b.awaiting;
}

/** As the server filters; what is older than the filter wants goes when the list is asked for anew. */
function fits({ id, workflow, status, awaiting, labels }: RunLine, filter: RunFilter): boolean {
  const pairs = Object.entries(labels).map((pair) => pair.join('='));
  const text = filter.text?.toLowerCase();
  return (
    (filter.workflow === undefined || filter.workflow === workflow) &&
    filter.statuses?.includes(status) !== false &&
    (filter.awaiting === undefined || awaiting > 0) &&
    (filter.label === undefined || hasAll(labels, parseLabelText(filter.label) ?? {})) &&
    (text === undefined || [id, workflow, ...pairs].some((word) => word.toLowerCase().includes(text)))
  );
}

function hasAll(labels: RunLine['labels'], wanted: RunLine['labels']): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
  );
}
