/**
 * Times and durations as people say them, in the zone and the way that they chose (preferences.ts); the whole time stands in the
 * tooltip.
 */
import { useSyncExternalStore } from 'react';
import { type Preferences, preferences, usePreferences, zoneOf } from './preferences.ts';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for the page, once a second while anybody looks. */
function listenToClock(listener: () => void): () => void {
  if (timer === undefined) now = Date.now();
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

export function useNow(): number {
  return useSyncExternalStore(listenToClock, () => now);
}

/** Words that depend on the time: whoever shows them is drawn again when they change, and not every second. */
function useWords(wordsAt: (present: number) => string): string {
  return useSyncExternalStore(listenToClock, () => wordsAt(now));
}

export function Ago({ at }: { readonly at: string | null | undefined }) {
  const liked = usePreferences();
  const words = useWords((present) => {
    if (!at) return '';
    return liked.times === 'absolute' ? clockWords(at, liked) : agoWords(present - Date.parse(at));
  });
  if (!at) return <span className="text-soft">–</span>;
  return (
    <time dateTime={at} title={absolute(at, liked)} className="whitespace-nowrap">
      {words}
    </time>
  );
}

/** Always the time itself, for what is planned. */
export function At({ at }: { readonly at: string | null | undefined }) {
  const liked = usePreferences();
  if (!at) return <span className="text-soft">–</span>;
  return (
    <time dateTime={at} title={absolute(at, liked)} className="whitespace-nowrap tabular-nums">
      {clockWords(at, liked)}
    </time>
  );
}

export function Took({
  from,
  to,
}: {
  readonly from: string | null | undefined;
  readonly to: string | null | undefined;
}) {
  const words = useWords((present) => {
    if (!from) return '';
    return durationWords((to ? Date.parse(to) : Math.max(present, Date.parse(from))) - Date.parse(from));
  });
  return from ? <span className="tabular-nums">{words}</span> : <span className="text-soft">–</span>;
}

export function absolute(at: string, liked: Preferences = preferences()): string {
  const format = wholeTime(zoneOf(liked));
  return `${format.format(new Date(at))} (${format.resolvedOptions().timeZone})\n${at}`;
}

/** `2026-11-23 05:10:33`: sorts, and means the same to everybody. */
export function clockWords(at: string, liked: Preferences = preferences()): string {
  return clockTime(zoneOf(liked)).format(new Date(at));
}

const wholeTime = eachZone(
  (timeZone) => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', timeZone }),
);
const clockTime = eachZone(
  (timeZone) => new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }),
);

/** Making a format takes longer than using it a hundred times. */
function eachZone(make: (zone: string | undefined) => Intl.DateTimeFormat) {
  const made = new Map<string | undefined, Intl.DateTimeFormat>();
  return (zone: string | undefined): Intl.DateTimeFormat => {
    const format = made.get(zone) ?? make(zone);
    made.set(zone, format);
    return format;
  };
}

export function durationWords(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const [hours, minutes, seconds] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1_000) % 60,
  ];
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds} s`;
}

/** Of what is written as an interval: `1 min`, not `1 min 0 s`. */
export function intervalWords(ms: number): string {
  return durationWords(ms).replace(/\.0 s$| 0 (s|min|h)$/, (zero) => (zero.startsWith('.') ? ' s' : ''));
}

function agoWords(ms: number): string {
  if (ms < -5_000) return `in ${durationWords(-ms)}`;
  if (ms < 5_000) return 'just now';
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s ago`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  if (ms < 48 * 3_600_000) return `${Math.floor(ms / 3_600_000)} h ago`;
  return `${Math.floor(ms / 86_400_000)} days ago`;
}
