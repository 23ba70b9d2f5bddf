/** The tables of `npm run bench:cost`. */
import type { Machine } from '../machine.ts';
import type { Usage } from './usage.ts';

export interface CostRow extends Usage {
  readonly contender: string;
  readonly name: string;
  readonly unit: 'run' | 'node';
  /** Median time of the whole piece of work; a hint only. */
  readonly ms: number;
}

/** Commands named in the table; those called less often for a unit are noise of the roles' own loops. */
const SELDOM = 0.02;

export function renderCost(machine: Machine, rows: readonly CostRow[]): string {
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}; load before the start ${machine.load}`,
    `Node ${machine.node}, Redis ${machine.redis}, bullmq ${machine.bullmq}, ioredis ${machine.ioredis}`,
    '',
    '| | for each | client µs | orchestrator µs | worker µs | Redis µs | all µs | scripts | commands, also within scripts | ms |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map(renderRow),
    '',
    ...rows.map(({ contender, name, calls }) => `${contender}, ${name}: ${listCalls(calls)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function renderRow({ contender, name, unit, processor, calls, ms }: CostRow): string {
  const micros = (role: string) => (processor.has(role) ? Math.round(processor.get(role) ?? 0) : '–');
  const all = Math.round([...processor.values()].reduce((sum, value) => sum + value, 0));
  const total = [...calls.values()].reduce((sum, value) => sum + value, 0);
  const scripts = (calls.get('evalsha') ?? 0) + (calls.get('eval') ?? 0);
  const roles = ['client', 'orchestrator', 'worker', 'Redis'].map(micros).join(' | ');
  return `| ${contender}, ${name} | ${unit} | ${roles} | ${all} | ${scripts.toFixed(1)} | ${total.toFixed(1)} | ${ms.toFixed(1)} |`;
}

function listCalls(calls: ReadonlyMap<string, number>): string {
  return [...calls]
    .filter(([, count]) => count >= SELDOM)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count.toFixed(2)}`)
    .join(', ');
}
