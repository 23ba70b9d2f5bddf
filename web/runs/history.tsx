/** The history of a run, event by event, live. Only the rows in view are drawn. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { RunEvent } from '../api/model.ts';
import { historyQuery, type RunRef } from '../api/queries.ts';
import { Trouble } from '../ui/parts.tsx';
import { type Preferences, usePreferences } from '../ui/preferences.ts';
import { words } from '../ui/status.tsx';
import { At, clockWords } from '../ui/time.tsx';

const ROW = 26;
/** Read at most; all of them are in `sluice show --events`. */
const MOST = 100_000;

interface Props {
  readonly run: RunRef;
  /** Number of the newest event that is known of. */
  readonly seq: number;
  readonly onChoose: (node: string) => void;
}

export function History({ run, seq, onChoose }: Props) {
  const { data, error, isFetching, fetchNextPage } = useInfiniteQuery(historyQuery(run));
  const [sought, setSought] = useState('');
  const liked = usePreferences();
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const toggle = (event: number) => {
    const next = new Set(open);
    if (!next.delete(event)) next.add(event);
    setOpen(next);
  };
  const events = useMemo(() => data?.pages.flatMap((page) => page.events) ?? [], [data]);
  const shown = useMemo(
    () => events.filter((event) => holds(event, sought.toLowerCase(), liked)),
    [events, sought, liked],
  );
  const isFull = events.length >= MOST;
  const isBehind = (events.at(-1)?.seq ?? 0) < seq;
  useEffect(() => {
    if (data !== undefined && isBehind && !isFetching && !isFull && error === null) void fetchNextPage();
  }, [data, isBehind, isFetching, isFull, error, fetchNextPage]);
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 15,
  });
  return (
    <div className="flex h-[max(26rem,calc(var(--room)-2.5rem))] flex-col">
      <p className="flex flex-wrap items-center gap-2 border-b border-line px-2 py-1 text-sm">
        <input
          type="search"
          value={sought}
          onChange={({ target }) => setSought(target.value)}
          placeholder="node, kind or words"
          aria-label="Search the history"
          className="w-56 rounded border border-line bg-page px-2 py-0.5 text-sm"
        />
        <span className="text-xs text-soft tabular-nums" aria-live="polite">
          {shown.length} of {events.length} events{isBehind && !isFull ? ' so far' : ''}
        </span>
        {isFull ? <span className="text-xs text-wait">The rest: sluice show {run.run} --events</span> : null}
      </p>
      {error ? <Trouble error={error} /> : null}
      <div
        ref={box}
        className="min-h-0 grow overflow-auto text-sm"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        role="log"
        aria-label="History of the run"
      >
        <ol className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const event = shown[index];
            return event === undefined ? null : (
              <li
                key={event.seq}
                ref={rows.measureElement}
                data-index={index}
                style={{ transform: `translateY(${start}px)` }}
                className="absolute flex min-h-6.5 w-full items-baseline gap-x-3 px-3 py-0.5 max-md:flex-wrap"
              >
                <span className="w-12 shrink-0 text-right text-xs text-soft tabular-nums">{event.seq}</span>
                <span className="shrink-0 text-xs text-soft">
                  <At at={event.at} />
                </span>
                <span className="w-44 shrink-0 max-md:w-auto">{kindOf(event)}</span>
                {event.node === null ? null : (
                  <button
                    type="button"
                    title={event.node}
                    className="max-w-64 shrink-0 cursor-pointer truncate text-link hover:underline"
                    onClick={() => onChoose(event.node ?? '')}
                  >
                    {event.node}
                  </button>
                )}
                <Detail event={event} isOpen={open.has(event.seq)} onToggle={() => toggle(event.seq)} />
              </li>
            );
          })}
        </ol>
      </div>
    </div>
  );
}

/** `node.retrying` → `retrying`, `run.succeeded` → `run succeeded`. */
function kindOf({ type }: RunEvent): string {
  return words(type.replace(/^node\./, '').replace('.', ' '));
}

/** On one line, cut where the room ends; all of it, with all lines of an error, when it is pressed. */
function Detail({
  event,
  isOpen,
  onToggle,
}: {
  readonly event: RunEvent;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}) {
  const liked = usePreferences();
  const whole = detailOf(event, liked);
  const line = whole.split('\n', 1)[0] ?? '';
  if (whole.length <= SHORT && whole === line) return <span className="min-w-0 text-soft">{whole}</span>;
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      title={isOpen ? 'Show one line' : whole}
      onClick={onToggle}
      className={`min-w-0 cursor-pointer text-left text-soft select-text hover:text-text ${isOpen ? 'break-words whitespace-pre-wrap' : 'truncate'}`}
    >
      {isOpen ? whole : whole === line ? line : `${line} …`}
    </button>
  );
}

const SAID = new Set(['seq', 'type', 'node', 'at', 'error']);
/** Stands on one line almost everywhere. */
const SHORT = 32;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** What else it says; times in the zone that is liked. */
function detailOf(event: RunEvent, liked: Preferences): string {
  const rest = Object.entries(event).filter(
    ([name, value]) => !SAID.has(name) && value !== null && !(name === 'attempt' && value === 1),
  );
  const error = event.error ? [`${event.error.code}: ${event.error.message}`] : [];
  const wordsOf = (value: unknown) => {
    if (typeof value === 'string' && TIME.test(value)) return clockWords(value, liked);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  return [...rest.map(([name, value]) => `${words(name)} ${wordsOf(value)}`), ...error].join(' · ');
}

function holds(event: RunEvent, sought: string, liked: Preferences): boolean {
  if (sought === '') return true;
  return [kindOf(event), event.type, event.node ?? '', detailOf(event, liked)].some((text) =>
    text.toLowerCase().includes(sought),
  );
}
