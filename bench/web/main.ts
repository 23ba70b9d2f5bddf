/**
 * `npm run bench:web`: whether the dashboard stays quick when there is much of everything. A real server with all roles on its
 * own Redis, a real Chromium; prints each figure beside its goal. Words after `--` name parts: `load`, `runs`, `list`, `log`.
 */
import { describeMachine } from '../machine.ts';
import { measureFirstLoad } from './first-load.ts';
import { measureLargeRuns } from './large-run.ts';
import { measureLongLog } from './long-log.ts';
import { measureManyRuns } from './many-runs.ts';
import { renderWeb, type WebRow } from './report.ts';
import { openWebStand } from './stand.ts';

const PARTS = new Map([
  ['load', measureFirstLoad],
  ['runs', measureLargeRuns],
  ['list', measureManyRuns],
  ['log', measureLongLog],
]);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !PARTS.has(name));
if (unknown !== undefined) {
  process.stderr.write(`There is no part "${unknown}". Parts are ${[...PARTS.keys()].join(', ')}.\n`);
  process.exit(2);
}
const stand = await openWebStand();
try {
  const machine = describeMachine(stand.redis);
  const rows: WebRow[] = [];
  for (const [name, measure] of PARTS) {
    if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await measure(stand)));
  }
  process.stdout.write(renderWeb(machine, rows));
} finally {
  await stand.close();
}
