/**
 * `npm run bench`: Sluice against plain BullMQ and FlowProducer, on one machine, one Redis, in one run.
 * Starts a Redis of its own. The table goes to stdout, progress to stderr. It judges nothing: a missed limit is shown.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../engine/core/errors.ts';
import { startEmbeddedRedis } from '../engine/redis/embedded/index.ts';
import { type BenchArguments, readArguments, USAGE } from './arguments.ts';
import { describeMachine } from './machine.ts';
import { measureAll } from './measure-all.ts';
import { type BenchReport, renderReport, reportScenario } from './report.ts';
import { connect } from './sluice-parts.ts';

const sayProgress = (text: string): void => void process.stderr.write(`${text}\n`);

async function runBench(given: BenchArguments): Promise<BenchReport> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const redis = await startEmbeddedRedis({ dataDirectory, env: process.env, onProgress: sayProgress });
  const { path } = redis.connection;
  const machine = describeMachine(redis.version);
  try {
    const samples = await measureAll({
      ...given,
      path,
      flush: () => flushAll(path),
      onProgress: sayProgress,
    });
    const { rounds, concurrency, scale } = given;
    const scenarios = given.scenarios.map((scenario) => reportScenario(scenario, samples));
    return { machine, rounds, concurrency, scale, scenarios };
  } finally {
    await redis.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function flushAll(path: string): Promise<void> {
  const connections = connect({ path, prefix: '' });
  await connections.redis.flushall();
  await connections.close();
}

function readOrExplain(): BenchArguments {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

const given = readOrExplain();
try {
  const report = await runBench(given);
  process.stdout.write(given.json ? `${JSON.stringify(report, undefined, 2)}\n` : renderReport(report));
} catch (error) {
  process.stderr.write(`The benchmark was not finished: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
