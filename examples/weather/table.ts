import { writeFileSync } from 'node:fs';
import type { Row } from './weather.ts';

/** Writes weather.md, and names the warmest and the wettest month. */
export default function table({ rows }: { rows: Row[] }): { warmest: string; wettest: string } {
  const lines = rows.map(
    ({ month, mean, max, min, rain }) => `| ${month} | ${mean} | ${max} | ${min} | ${rain} |`,
  );
  const head = ['| month | mean °C | max °C | min °C | rain mm |', '|---|---|---|---|---|'];
  writeFileSync('weather.md', `${[...head, ...lines].join('\n')}\n`);
  return { warmest: top(rows, 'mean'), wettest: top(rows, 'rain') };
}

function top(rows: Row[], key: 'mean' | 'rain'): string {
  return rows.reduce((best, row) => (row[key] > best[key] ? row : best)).month;
}
