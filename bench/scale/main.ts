/**
 * `npm run bench:scale`: how Sluice bears much at once, on a Redis, an orchestrator and a worker of its own. One run of 100,000
 * nodes, then 10,000 runs at once: speed, memory of each process, the longest command of Redis, and what a reader waits for.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../engine/core/errors.ts';
import { type EmbeddedRedis, startEmbeddedRedis } from '../../engine/redis/embedded/index.ts';
import { describeMachine } from '../machine.ts';
import { measureLargeRun } from './large-run.ts';
import { measureManyRuns } from './many-runs.ts';
import { renderScale, type ScaleReport, type ScaleRow } from './report.ts';

const USAGE = `npm run bench:scale -- [options]
  --nodes N    width of the one run (default 100000; 0 leaves it out)
  --runs N     runs at once (default 10000; 0 leaves them out)
  --json       one document instead of the table
`;

interface ScaleArguments {
  readonly nodes: number;
  readonly runs: number;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): ScaleArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nodes: { type: 'string', default: '100000' },
      runs: { type: 'string', default: '10000' },
      json: { type: 'boolean', default: false },
    },
  });
  return { nodes: count('--nodes', values.nodes), runs: count('--runs', values.runs), json: values.json };
}

function count(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${flag} takes a whole number, not "${text}".`);
}

/** Each part begins with an empty Redis and new processes, so that its memory is its own. */
async function onEmptyRedis<T>(work: (redis: EmbeddedRedis) => Promise<T>): Promise<T> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-scale-'));
  const redis = await startEmbeddedRedis({ dataDirectory, env: process.env });
  try {
    return await work(redis);
  } finally {
    await redis.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function measure({ nodes, runs }: ScaleArguments): Promise<ScaleReport> {
  const machine = await onEmptyRedis(async ({ version }) => describeMachine(version));
  const rows: ScaleRow[] = [];
  if (nodes > 0) rows.push(...(await onEmptyRedis((redis) => measureLargeRun(redis.connection.path, nodes))));
  if (runs > 0) rows.push(...(await onEmptyRedis((redis) => measureManyRuns(redis.connection.path, runs))));
  return { machine, rows };
}

function readOrExplain(): ScaleArguments {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

const given = readOrExplain();
const report = await measure(given);
process.stdout.write(given.json ? `${JSON.stringify(report, undefined, 2)}\n` : renderScale(report));
