// What the pictures show: a few workflows, and runs of them in all kinds of states.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PRICES = `name: prices
description: Fetches prices, resizes the pictures, checks, and tells.
labels: {team: data}
inputs:
  year: {type: integer, default: 2024, minimum: 2000, maximum: 2030, description: Year of the report.}
  target: {type: enum, enum: [staging, production], default: staging, description: Where it is published.}
triggers:
  - {cron: "0 6 * * 1-5", timezone: Europe/Berlin}
tasks:
  fetch: {run: 'echo fetching; sleep 0.4'}
  resize:
    needs: [fetch]
    foreach: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    env: {N: '\${{ item }}'}
    run: 'echo "picture $N"; sleep 0.2'
  check:
    needs: [fetch]
    env: {YEAR: '\${{ inputs.year }}'}
    run: |
      echo "looking for the prices of $YEAR"
      sleep 0.5
      test "$YEAR" != 2023 || { echo "no such table: prices_2023" >&2; exit 3; }
  index: {needs: [resize], run: 'sleep 0.3'}
  approve:
    needs: [index, check]
    uses: approval
    with: {form: {replicas: {type: integer, required: true, description: Copies of the report.}}}
  publish: {needs: [approve], run: 'echo published'}
`;
const NIGHTLY = `name: nightly
triggers:
  - {every: 1h}
tasks:
  dump: {run: 'sleep 0.2'}
  pack: {needs: [dump], run: 'sleep 0.2'}
`;
const LOAD = `name: load
secrets: [WAREHOUSE_TOKEN]
tasks:
  read:
    retry: {attempts: 3, delay: 1s}
    run: |
      for i in 1 2 3 4 5; do printf '\\033[32mread\\033[0m part %s of 5\\n' "$i"; sleep 0.1; done
      if [ "$SLUICE_ATTEMPT" = 1 ]; then echo "connection reset by peer" >&2; exit 1; fi
      echo "rows=4711" >> "$SLUICE_OUTPUT"; echo 0.8 >> "$SLUICE_COST"
      printf 'day,rows\\n2026-01-01,4711\\n' > day.csv
    outputs: {rows: {type: integer}}
    artifacts: {table: day.csv}
  write: {needs: [read], run: 'sleep 0.2', concurrency: {key: warehouse, limit: 1}}
  nightly: {needs: [write], workflow: nightly}
`;
const FAR = `name: far
tasks:
  render: {run: 'echo done', queue: gpu}
`;

/** Answers the ids of runs by what they are. */
export function setScene(folder, cli) {
  const files = { prices: PRICES, nightly: NIGHTLY, load: LOAD, far: FAR };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.yaml`), text);
  const start = (...words) =>
    cli('start', ...words)
      .trim()
      .split(/\s+/)
      .at(-1);
  cli('apply', 'prices.yaml', 'nightly.yaml', 'load.yaml', 'far.yaml');
  writeFileSync(join(folder, 'prices.yaml'), PRICES.replace('sleep 0.3', 'sleep 0.2'));
  cli('apply', 'prices.yaml');
  for (let i = 0; i < 4; i++) start('nightly');
  start('far');
  for (const year of [2022, 2023, 2021]) start('prices', '--input', `year=${year}`);
  const failed = start('prices', '--input', 'year=2023');
  const waiting = start('prices');
  const loaded = start('load');
  cli('watch', loaded);
  cli('limits', 'set', 'warehouse', '--limit', '2');
  cli('backfill', 'nightly', '--from', '2026-01-01', '--to', '2026-01-01T04:00:00Z');
  return { failed, waiting, loaded };
}
