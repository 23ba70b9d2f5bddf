import { writeFileSync } from 'node:fs';
import type { Row } from './weather.ts';

const WIDTH = 720;
const HEIGHT = 360;
const LEFT = 48;
const BOTTOM = 40;

/** Draws weather.svg: rain as bars, mean temperature as a line. */
export default function chart({ rows, year }: { rows: Row[]; year: number }): { months: number } {
  const step = (WIDTH - 2 * LEFT) / rows.length;
  const bar = scale(0, Math.max(...rows.map((row) => row.rain)));
  const dot = scale(Math.min(0, ...rows.map((row) => row.mean)), Math.max(...rows.map((row) => row.mean)));
  const x = (i: number) => LEFT + i * step;
  const bars = rows.map(({ month, rain }, i) => {
    const y = bar(rain);
    const height = HEIGHT - BOTTOM - y;
    return `<rect x="${x(i) + 6}" y="${y}" width="${step - 12}" height="${height}" fill="#9ecae1"><title>${month}: ${rain} mm</title></rect>`;
  });
  const labels = rows.map(
    ({ month }, i) => `<text x="${x(i) + step / 2}" y="${HEIGHT - 16}">${month.slice(5)}</text>`,
  );
  const points = rows.map(({ mean }, i) => `${x(i) + step / 2},${dot(mean)}`);
  const dots = rows.map(
    ({ month, mean }, i) =>
      `<circle cx="${x(i) + step / 2}" cy="${dot(mean)}" r="4" fill="#d94801"><title>${month}: ${mean} °C</title></circle>`,
  );
  writeFileSync(
    'weather.svg',
    [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" text-anchor="middle">`,
      '<rect width="100%" height="100%" fill="white"/>',
      `<text x="${WIDTH / 2}" y="20" font-size="15">Seattle ${year}: rain (bars, mm) and mean temperature (line, °C)</text>`,
      ...bars,
      `<polyline points="${points.join(' ')}" fill="none" stroke="#d94801" stroke-width="2"/>`,
      ...dots,
      ...labels,
      '</svg>',
      '',
    ].join('\n'),
  );
  return { months: rows.length };
}

/** From a value to a height on the page. */
function scale(low: number, high: number): (value: number) => number {
  return (value) => Math.round(HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - BOTTOM - 40));
}
