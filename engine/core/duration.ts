/** Durations as users write them: `500ms`, `30s`, `5m`, `1h30m`, `2d`, or ISO 8601 `PT1H30M`. */

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

const ISO =
  /^P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const ISO_UNITS = ['w', 'd', 'h', 'm', 's'] as const;

/** Milliseconds of a written duration, or undefined when it is not one. A bare number is not a duration. */
export function parseDuration(text: string): number | undefined {
  const iso = ISO.exec(text);
  if (iso && text !== 'P' && !text.endsWith('T')) {
    return Math.round(
      ISO_UNITS.reduce((sum, unit, i) => sum + Number(iso[i + 1] ?? 0) * (UNIT_MS.get(unit) ?? 0), 0),
    );
  }
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(amount) * (UNIT_MS.get(unit ?? '') ?? 0);
  }
  return Math.round(total);
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(ms|msecs?|milliseconds?|millis)$/, 'ms'],
  [/^(s|secs?|seconds?)$/, 's'],
  [/^(m|mins?|minutes?)$/, 'm'],
  [/^(h|hrs?|hours?)$/, 'h'],
  [/^(d|days?)$/, 'd'],
  [/^(w|wks?|weeks?)$/, 'w'],
];

const AMOUNT = /(\d+(?:\.\d+)?)?\s*([a-z]+)/g;

/** What somebody meant who wrote `1 h 30 min`, `every minute` or `@every 5m`, as a duration is written; undefined when that is not clear. */
export function meantDuration(text: string): string | undefined {
  const words = text
    .toLowerCase()
    .replace(/^\s*(@?every|each)\b/, '')
    .replace(/\band\b|,/g, ' ')
    .trim();
  // `1M` may be a minute or a month.
  if (words.length > 40 || /\dM/.test(text) || words.replace(AMOUNT, '').trim() !== '') return undefined;
  let meant = '';
  for (const [, amount = '1', word = ''] of words.matchAll(AMOUNT)) {
    const unit = WORDS.find(([pattern]) => pattern.test(word))?.[1];
    if (unit === undefined) return undefined;
    meant += `${amount}${unit}`;
  }
  return parseDuration(meant) === undefined ? undefined : meant;
}

/** A duration for people: `850ms`, `1.2s`, `3m 5s`, `2h 10m`. Input in ms. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(Math.floor(Math.round(ms) / 100) / 10).toFixed(1)}s`;
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ];
  let rest = Math.floor(ms / 1_000) * 1_000;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}
