/**
 * How runs ended over time, as bars upon each other. The chart is drawn on a canvas; the table that is hidden from the eyes says the same to
 * whoever does not see it.
 */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { usePreferences, zoneOf } from '../ui/preferences.ts';
import { clockWords } from '../ui/time.tsx';
import type { Statistics } from './queries.ts';

type Hour = Statistics['hours'][number];
const HEIGHT = 220;
/** Beyond so many hours a bar is a day. */
const MOST_BARS = 48;

export function HoursChart({ hours }: { readonly hours: readonly Hour[] }) {
  const place = useRef<HTMLDivElement>(null);
  const liked = usePreferences();
  const bars = barsOf(hours, zoneOf(liked));
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    let chart: uPlot | undefined;
    const draw = () => {
      chart?.destroy();
      chart = new uPlot(optionsOf(current, bars, zoneOf(liked)), dataOf(bars), current);
    };
    draw();
    const seen = new ResizeObserver(() => chart?.setSize({ width: current.clientWidth, height: HEIGHT }));
    seen.observe(current);
    scheme.addEventListener('change', draw);
    return () => {
      seen.disconnect();
      scheme.removeEventListener('change', draw);
      chart?.destroy();
    };
  }, [bars, liked]);
  return (
    <>
      <p className="flex gap-4 px-3 pt-2 text-xs text-soft" aria-hidden="true">
        <span>
          <i className="mr-1 inline-block h-2.5 w-2.5 rounded-sm bg-ok" />
          succeeded
        </span>
        <span>
          <i className="mr-1 inline-block h-2.5 w-2.5 rounded-sm bg-bad" />
          failed
        </span>
        <span>
          <i className="mr-1 inline-block h-2.5 w-2.5 rounded-sm bg-idle" />
          cancelled
        </span>
      </p>
      <div ref={place} aria-hidden="true" className="overflow-hidden px-1" />
      <table className="sr-only">
        <caption>Runs that ended</caption>
        <thead>
          <tr>
            <th>From</th>
            <th>Succeeded</th>
            <th>Failed</th>
            <th>Cancelled</th>
          </tr>
        </thead>
        <tbody>
          {bars
            .filter(({ succeeded, failed, cancelled }) => succeeded + failed + cancelled > 0)
            .map(({ from, succeeded, failed, cancelled }) => (
              <tr key={from}>
                <td>{clockWords(from, liked)}</td>
                <td>{succeeded}</td>
                <td>{failed}</td>
                <td>{cancelled}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </>
  );
}

/** Hours, or days of the reader's zone. */
function barsOf(hours: readonly Hour[], timeZone: string | undefined): readonly Hour[] {
  if (hours.length <= MOST_BARS) return hours;
  const dayOf = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
  const days = new Map<string, Hour>();
  for (const hour of hours) {
    const day = dayOf.format(new Date(hour.from));
    const { from, succeeded, failed, cancelled } = days.get(day) ?? {
      ...hour,
      succeeded: 0,
      failed: 0,
      cancelled: 0,
    };
    days.set(day, {
      from,
      succeeded: succeeded + hour.succeeded,
      failed: failed + hour.failed,
      cancelled: cancelled + hour.cancelled,
    });
  }
  return [...days.values()];
}

/** Each series holds those below it, so that drawn from the top down they stand upon each other. */
function dataOf(bars: readonly Hour[]): uPlot.AlignedData {
  return [
    bars.map(({ from }) => Date.parse(from) / 1_000),
    bars.map(({ succeeded, failed, cancelled }) => succeeded + failed + cancelled),
    bars.map(({ succeeded, failed }) => succeeded + failed),
    bars.map(({ failed }) => failed),
  ];
}

function optionsOf(place: HTMLElement, shown: readonly Hour[], timeZone: string | undefined): uPlot.Options {
  const colour = (name: string) => getComputedStyle(place).getPropertyValue(name);
  const resolved = (name: string) => resolve(place, colour(name) || 'gray');
  const [first, second] = shown.map(({ from }) => Date.parse(from) / 1_000);
  const stepS = (second ?? 0) - (first ?? 0);
  const bars = uPlot.paths.bars?.({ size: [0.75, 40], align: 1 });
  const series = (name: string): uPlot.Series => ({
    fill: resolved(name),
    width: 0,
    points: { show: false },
    ...(bars === undefined ? {} : { paths: bars }),
  });
  const axis = {
    stroke: resolved('--soft'),
    grid: { stroke: resolved('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    ...(timeZone === undefined ? {} : { tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), timeZone) }),
    scales: {
      // The last bar stands behind its time.
      x: { range: (_, min, max) => [min, max + stepS] },
      y: { range: (_, __, max) => [0, Math.max(4, Math.ceil(max * 1.1))] },
    },
    series: [{}, series('--idle'), series('--ok'), series('--bad')],
    axes: [axis, { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000] }],
  };
}

/** A canvas knows no `light-dark()`: what the browser makes of it. */
function resolve(place: HTMLElement, value: string): string {
  const before = place.style.color;
  place.style.color = value;
  const { color } = getComputedStyle(place);
  place.style.color = before;
  return color;
}
