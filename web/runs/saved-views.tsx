/** Filters under names, kept in this browser. What they are stands in the address, so that one is sent to somebody as a link. */
import { useState } from 'react';
import { Button } from '../ui/parts.tsx';
import type { RunSearch } from './filter-bar.tsx';
import { sinceOf } from './views.ts';

const KEY = 'sluice.views';
const MOST = 50;

interface SavedView {
  readonly name: string;
  readonly search: RunSearch;
}

export function SavedViews({
  search,
  onSearch,
}: {
  readonly search: RunSearch;
  readonly onSearch: (search: RunSearch) => void;
}) {
  const [views, setViews] = useState(read);
  const [name, setName] = useState<string>();
  const present = views.find((view) => sameText(view.search) === sameText(search));
  const isEmpty = sameText(search) === sameText({});
  const keep = (next: readonly SavedView[]) => {
    localStorage.setItem(KEY, JSON.stringify(next));
    setViews(next);
  };
  const save = () => {
    const chosen = name?.trim() ?? '';
    setName(undefined);
    if (chosen === '') return;
    keep([...views.filter((view) => view.name !== chosen), { name: chosen, search }].slice(-MOST));
  };
  return (
    <span className="flex flex-wrap items-center gap-1">
      {views.length === 0 ? null : (
        <select
          aria-label="Saved views"
          value={present?.name ?? ''}
          onChange={({ target }) => {
            const view = views.find((one) => one.name === target.value);
            if (view) onSearch(view.search);
          }}
          className="rounded border border-line bg-page px-1 py-0.5 text-sm"
        >
          <option value="">saved views</option>
          {views.map((view) => (
            <option key={view.name}>{view.name}</option>
          ))}
        </select>
      )}
      {present ? (
        <Button onClick={() => keep(views.filter((view) => view !== present))}>
          Forget “{present.name}”
        </Button>
      ) : isEmpty ? null : name === undefined ? (
        <Button onClick={() => setName('')}>Save view…</Button>
      ) : (
        <form
          className="flex gap-1"
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <input
            // biome-ignore lint/a11y/noAutofocus: somebody has just asked to write here.
            autoFocus
            value={name}
            maxLength={60}
            aria-label="Name of the view"
            placeholder="name of the view"
            className="w-36 rounded border border-line bg-page px-2 py-0.5 text-sm"
            onChange={({ target }) => setName(target.value)}
            onKeyDown={({ key }) => (key === 'Escape' ? setName(undefined) : undefined)}
          />
          <Button type="submit">Save</Button>
        </form>
      )}
      {isEmpty ? null : <Button onClick={() => onSearch({})}>Show all</Button>}
    </span>
  );
}

function sameText({ workflow, status, label, text, since }: RunSearch): string {
  return JSON.stringify([workflow, status, label, text, since].map((one) => one ?? null));
}

/** What was kept by another version, or by hand, must not break the page. */
function read(): readonly SavedView[] {
  let kept: unknown;
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((one: unknown): SavedView[] => {
    if (!isRecord(one) || typeof one['name'] !== 'string' || !isRecord(one['search'])) return [];
    const { workflow, status, label, text, since } = one['search'];
    const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
    const search = {
      workflow: textOf(workflow),
      status: textOf(status),
      label: textOf(label),
      text: textOf(text),
    };
    return [{ name: one['name'], search: { ...search, since: sinceOf(since) } }];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
