/**
 * `npm run bench:schedule`: how good the order is in which the engine runs nodes, against the least time that is possible and
 * against plain queues. Virtual time: the same table on every machine.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '../../engine/core/errors.ts';
import { compareOrders, WORKERS } from './compare.ts';
import { drawFamilies } from './families.ts';
import { readRecorded } from './recorded.ts';
import { renderTable } from './table.ts';

const USAGE = `npm run bench:schedule -- [options]
  --seed N        other workflows of the same families (default 1)
  --seeds N       so many of each family (default 5)
  --recorded DIR  recorded workflows instead: files { name, tasks: [{ id, runtime (s), parents }] }
  --json          every ratio instead of the table
`;

function run(): void {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '5' },
      recorded: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  const count = values.recorded === undefined ? Number(values.seeds) : 1;
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count) || count < 1)
    throw new Error('--seed and --seeds take whole numbers.');
  const found = Array.from({ length: count }, (_, i) => seed + i).flatMap((one) => {
    const shapes = values.recorded === undefined ? drawFamilies(one) : readRecorded(values.recorded);
    return shapes.flatMap((shape) => WORKERS.map((workers) => compareOrders(shape, workers, one)));
  });
  process.stdout.write(values.json ? `${JSON.stringify(found, undefined, 1)}\n` : renderTable(found));
}

try {
  run();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
