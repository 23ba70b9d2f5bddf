/** What somebody likes, kept in this browser: time zone, how times are written, dark or light, the namespace of the last visit. */
import { useSyncExternalStore } from 'react';

export interface Preferences {
  /** `local`, or the name of a time zone such as `UTC`. */
  readonly zone: string;
  readonly times: 'relative' | 'absolute';
  readonly theme: 'system' | 'light' | 'dark';
  readonly namespace: string;
  /** Whether single keys do something; some people's keyboards or voices press them by chance. */
  readonly keys: boolean;
  /** Whether a large graph has its map in the corner. */
  readonly map: boolean;
}

const KEY = 'sluice.preferences';
const USUAL: Preferences = {
  zone: 'local',
  times: 'relative',
  theme: 'system',
  namespace: 'default',
  keys: true,
  map: true,
};
const listeners = new Set<() => void>();
let present = read();

export function preferences(): Preferences {
  return present;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, preferences);
}

export function prefer(change: Partial<Preferences>): void {
  present = { ...present, ...change };
  localStorage.setItem(KEY, JSON.stringify(present));
  showTheme();
  for (const listener of listeners) listener();
}

/** To be called before anything is drawn. */
export function showTheme(): void {
  const { theme } = present;
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** As `Intl` wants it: undefined is the zone of the machine. */
export function zoneOf({ zone }: Preferences): string | undefined {
  return zone === 'local' ? undefined : zone;
}

/** What was kept by another version, or by hand, must not break the page. */
function read(): Preferences {
  const kept = parse(localStorage.getItem(KEY));
  const text = (name: keyof Preferences) => (typeof kept[name] === 'string' ? kept[name] : undefined);
  return {
    zone: isZone(text('zone')) ?? USUAL.zone,
    times: text('times') === 'absolute' ? 'absolute' : 'relative',
    theme: (['light', 'dark'] as const).find((theme) => theme === text('theme')) ?? 'system',
    namespace: text('namespace') ?? USUAL.namespace,
    keys: kept['keys'] !== false,
    map: kept['map'] !== false,
  };
}

function parse(text: string | null): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isZone(zone: string | undefined): string | undefined {
  try {
    if (zone !== undefined && zone !== 'local') Intl.DateTimeFormat(undefined, { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}
