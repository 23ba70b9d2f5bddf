/** The daylight-saving table, which docs/schedules.md prints. */
import { readFileSync } from 'node:fs';

export interface DaylightSavingRow {
  readonly zone: string;
  /** Local day on which the clocks are moved. */
  readonly day: string;
  readonly change: string;
  readonly cron: string;
  /** Local times of that day with their offsets; or only how many. */
  readonly ticks?: readonly string[];
  readonly count?: number;
  readonly note: string;
}

const file = new URL('../../../../docs/daylight-saving.json', import.meta.url);

export const DAYLIGHT_SAVING = JSON.parse(readFileSync(file, 'utf8')) as readonly DaylightSavingRow[];

/** As Markdown. */
export function daylightSavingTable(): string {
  const rows = DAYLIGHT_SAVING.map(({ zone, day, change, cron, ticks, count, note }) => {
    const fires =
      ticks && ticks.length <= 4
        ? ticks.map((tick) => `\`${tick}\``).join(', ')
        : `${count ?? ticks?.length} times`;
    return `| ${zone} | ${day} | ${change} | \`${cron}\` | ${fires} | ${note} |`;
  });
  const head = ['| time zone | day | clock | pattern | fires | |', '|---|---|---|---|---|---|'];
  return [...head, ...rows].join('\n');
}
