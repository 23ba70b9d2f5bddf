import type { Month, Row } from './weather.ts';
import { round } from './weather.ts';

/** Average, extremes and rain of one month. */
export default function summarize({ month, days }: { month: string; days: Month['days'] }): { row: Row } {
  const mean = days.reduce((sum, day) => sum + (day.max + day.min) / 2, 0) / days.length;
  return {
    row: {
      month,
      mean: round(mean),
      max: Math.max(...days.map((day) => day.max)),
      min: Math.min(...days.map((day) => day.min)),
      rain: round(days.reduce((sum, day) => sum + day.rain, 0)),
    },
  };
}
