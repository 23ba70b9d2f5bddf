/** Lines of a list of runs as they change: news is laid over what is there, so that nothing that was read is asked for again. */
import { parseLabelText } from '../../server/contract/label-text.ts';
import type { RunFilter, RunLine } from '../api/model.ts';

export interface ListPage {
  readonly runs: readonly RunLine[];
}

/** Pages with the newest of each line; new runs come first, those that do not fit the filter any more go. The same object when nothing changes. */
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
  const [first, ...rest] = updated;
  if (first === undefined) return pages;
  const newest = pages[0]?.runs[0]?.id ?? '';
  // Ids are in the order of time. What is older and not here stands on a page that was not read yet.
  const fresh = [...news.values()].filter(
    (line) => line.id > newest && !known.has(line.id) && fits(line, filter),
  );
  if (fresh.length === 0) return updated.every((page, i) => page === pages[i]) ? pages : updated;
  fresh.sort((a, b) => (a.id < b.id ? 1 : -1));
  return [{ ...first, runs: [...fresh, ...first.runs] }, ...rest];
}

function isSame(a: RunLine, b: RunLine): boolean {
  return a.status === b.status && a.finished_at === b.finished_at;
}

/** As the server filters; what is older than the filter wants goes when the list is asked for anew. */
function fits({ id, workflow, status, labels }: RunLine, filter: RunFilter): boolean {
  const pairs = Object.entries(labels).map((pair) => pair.join('='));
  const text = filter.text?.toLowerCase();
  return (
    (filter.workflow === undefined || filter.workflow === workflow) &&
    filter.statuses?.includes(status) !== false &&
    (filter.label === undefined || hasAll(labels, parseLabelText(filter.label) ?? {})) &&
    (text === undefined || [id, workflow, ...pairs].some((word) => word.toLowerCase().includes(text)))
  );
}

function hasAll(labels: RunLine['labels'], wanted: RunLine['labels']): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
  );
}
