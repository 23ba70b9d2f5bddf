import { readFileSync } from 'node:fs';
import type { ModuleContext } from 'sluice/executors';
import type { Day, Month } from './weather.ts';

/** Groups the days of weather.csv by month. */
export default function split({ year }: { year: number }, { log }: ModuleContext): { months: Month[] } {
  const lines = readFileSync('weather.csv', 'utf8').trim().split('\n').slice(1);
  const months = new Map<string, Day[]>();
  for (const line of lines) {
    const [date = '', rain, max, min] = line.split(',');
    const days = months.get(date.slice(0, 7)) ?? [];
    days.push({ date, rain: Number(rain), max: Number(max), min: Number(min) });
    months.set(date.slice(0, 7), days);
  }
  log.info(`${months.size} months of ${year}`);
  return { months: [...months].map(([name, days]) => ({ name, days })) };
}
