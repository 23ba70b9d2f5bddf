/** The table of `npm run bench:scale`. */
import type { Machine } from '../machine.ts';

export interface ScaleRow {
  readonly measure: string;
  readonly value: number;
  readonly unit: 'nodes/s' | 'runs/s' | 'ms' | 'MB' | 'B/node';
  readonly atMost?: number;
  /** What is behind the figure. */
  readonly note?: string;
}

export interface ScaleReport {
  readonly machine: Machine;
  readonly rows: readonly ScaleRow[];
}

export function renderScale({ machine, rows }: ScaleReport): string {
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; load before the start ${machine.load}`,
    `Node ${machine.node}, Redis ${machine.redis}, bullmq ${machine.bullmq}, ioredis ${machine.ioredis}`,
    '',
    '| measure | value | limit | |',
    '|---|---|---|---|',
    ...rows.map(renderRow),
  ];
  return `${lines.join('\n')}\n`;
}

function renderRow({ measure, value, unit, atMost, note = '' }: ScaleRow): string {
  const limit = atMost === undefined ? '–' : `≤ ${atMost} ${unit} ${value <= atMost ? '✓' : '✗'}`;
  const figure = value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
  return `| ${measure} | ${figure} ${unit} | ${limit} | ${note} |`;
}
