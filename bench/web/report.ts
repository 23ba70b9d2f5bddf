/** The table of `npm run bench:web`. */
import type { Machine } from '../machine.ts';

export interface WebRow {
  readonly measure: string;
  readonly value: number;
  readonly unit: 'ms' | 'KB' | 'frames/s';
  /** At least for frames, at most for all else. */
  readonly goal?: number;
  readonly note?: string;
}

export function renderWeb(machine: Machine, rows: readonly WebRow[]): string {
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}; load before the start ${machine.load}`,
    `Node ${machine.node}, Redis ${machine.redis}`,
    '',
    '| measure | value | goal | |',
    '|---|---|---|---|',
    ...rows.map(renderRow),
  ];
  return `${lines.join('\n')}\n`;
}

function renderRow({ measure, value, unit, goal, note = '' }: WebRow): string {
  const figure = value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
  return `| ${measure} | ${figure} ${unit} | ${renderGoal(value, unit, goal)} | ${note} |`;
}

function renderGoal(value: number, unit: WebRow['unit'], goal: number | undefined): string {
  if (goal === undefined) return '–';
  const [sign, isMet] = unit === 'frames/s' ? ['≥', value >= goal] : ['≤', value <= goal];
  return `${sign} ${goal} ${isMet ? '✓' : '✗'}`;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
