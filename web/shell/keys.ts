/**
 * The table of keys: what listens to the keyboard and what the sheet under `?` shows are both made of it, so that the sheet cannot
 * say what is not so. Two keys one after the other stand with a space between them.
 */
import type { Destination } from './navigation.ts';

export interface Shortcut {
  /** `g r`, `?`, `mod+k` (⌘ on a Mac, Ctrl elsewhere). */
  readonly keys: string;
  readonly label: string;
  readonly group: 'Go to' | 'Lists' | 'Everywhere';
  /** Also while something is being typed. */
  readonly always?: boolean;
  /** Absent: the browser does it by itself. */
  readonly run?: () => void;
}

export interface Doings {
  go(place: Destination): void;
  openPalette(): void;
  openSheet(): void;
  openSettings(): void;
}

export function shortcutsOf(places: readonly Destination[], doings: Doings): readonly Shortcut[] {
  const goings = places.flatMap((place): Shortcut[] =>
    place.key === undefined
      ? []
      : [{ keys: `g ${place.key}`, label: place.label, group: 'Go to', run: () => doings.go(place) }],
  );
  return [
    ...goings,
    { keys: 'j', label: 'Next row', group: 'Lists', run: () => step(1) },
    { keys: 'k', label: 'Row before', group: 'Lists', run: () => step(-1) },
    { keys: 'Enter', label: 'Open the row', group: 'Lists' },
    { keys: '/', label: 'Search on this page', group: 'Lists', run: () => search(doings) },
    {
      keys: 'mod+k',
      label: 'Find a page, workflow, run or action',
      group: 'Everywhere',
      always: true,
      run: doings.openPalette,
    },
    { keys: ',', label: 'Time zone, colours, who you are', group: 'Everywhere', run: doings.openSettings },
    { keys: '?', label: 'This sheet', group: 'Everywhere', run: doings.openSheet },
    { keys: 'Escape', label: 'Close, or leave a field', group: 'Everywhere', always: true, run: leave },
  ];
}

/** The first link or button of each row of the page's lists. */
function rows(): HTMLElement[] {
  const all = document.querySelectorAll('#main tbody tr, #main [role=row], #main [data-row]');
  return [...all].flatMap((row) => row.querySelector<HTMLElement>('a[href], button') ?? []);
}

function step(by: 1 | -1): void {
  const all = rows();
  const at = all.findIndex((one) =>
    one.closest('tr, [role=row], [data-row]')?.contains(document.activeElement),
  );
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next]?.focus();
  all[next]?.scrollIntoView({ block: 'nearest' });
}

function search({ openPalette }: Doings): void {
  const field = document.querySelector<HTMLInputElement>('#main input[type=search]');
  if (field === null) return openPalette();
  field.focus();
  field.select();
}

/** Dialogs close themselves by Escape; here it leaves a field, or the row that is chosen. */
function leave(): void {
  if (document.querySelector('dialog[open]') === null && document.activeElement instanceof HTMLElement)
    document.activeElement.blur();
}
