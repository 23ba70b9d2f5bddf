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
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const one of listeners) one();
      }, 1_000);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    () => now,
  );
}

export function Ago({ at }: { readonly at: string | null | undefined }) {
  const present = useNow();
  const liked = usePreferences();
  if (!at) return <span className="text-soft">–</span>;
  return (
    <time dateTime={at} title={absolute(at, liked)} className="whitespace-nowrap">
      {liked.times === 'absolute' ? clockWords(at, liked) : agoWords(present - Date.parse(at))}
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
  const present = useNow();
  if (!from) return <span className="text-soft">–</span>;
  return (
    <span className="tabular-nums">
      {durationWords((to ? Date.parse(to) : Math.max(present, Date.parse(from))) - Date.parse(from))}
    </span>
  );
}

export function absolute(at: string, liked: Preferences = preferences()): string {
  const timeZone = zoneOf(liked);
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', timeZone });
  return `${format.format(new Date(at))} (${format.resolvedOptions().timeZone})\n${at}`;
}

/** `2026-11-23 05:10:33`: sorts, and means the same to everybody. */
export function clockWords(at: string, liked: Preferences = preferences()): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'medium',
    timeZone: zoneOf(liked),
  });
  return format.format(new Date(at));
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

function agoWords(ms: number): string {
  if (ms < -5_000) return `in ${durationWords(-ms)}`;
  if (ms < 5_000) return 'just now';
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s ago`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  if (ms < 48 * 3_600_000) return `${Math.floor(ms / 3_600_000)} h ago`;
  return `${Math.floor(ms / 86_400_000)} days ago`;
}
