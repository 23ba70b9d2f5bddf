/**
 * `npm run soak -- [--minutes 20] [--rate 2] [--warm-up 5]`: roles as users run them, a load of `rate` runs a second, and one fault a
 * minute (a worker killed, an orchestrator killed, all connections to Redis cut, Redis frozen for three seconds). Says of memory, keys, file
 * descriptors and times of runs whether they grow, keeps all samples, and ends with 1 when something does, or a run did not succeed.
 * The first worker and the first orchestrator are those that are killed; the others live through all of it and are measured.
 */
import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Connections, createConnections } from '../../engine/redis/connection.ts';
import { connect, type Sluice, workflow } from '../../sdk/index.ts';
import { type PrivateRedis, privateRedis } from '../support/private-redis.ts';
import { type Kind, Roles } from './roles.ts';
import { processValues, quantile, type Sample, trendsOf } from './samples.ts';

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    rate: { type: 'string', default: '2' },
    'warm-up': { type: 'string', default: '5' },
  },
});
const SAMPLE_MS = 5_000;
const FAULT_MS = 60_000;
const FREEZE_MS = 3_000;
/** Runs that may be under way; beyond that the load waits, and says so. */
const MOST_AT_ONCE = 200;

const shape = workflow('soak', {}, (w) => {
  const first = w.task('first', { run: ':' });
  const many = w.task('many', { run: ':', foreach: [1, 2, 3, 4], needs: first });
  w.task('last', { run: ':', needs: many });
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const redis = await privateRedis();
  const address = `unix://${redis.connection.path}`;
  const env = { ...process.env, SLUICE_RETENTION: 'succeeded=1m,failed=1m,cancelled=1m' };
  const roles = new Roles({ folder, redis: address, env });
  const sluice = await connect({ redis: address });
  const connections = createConnections(redis.connection);
  const soak: Soak = { folder, redis, roles, sluice, connections, load: newLoad(), samples: [] };
  try {
    for (const name of NAMES) for (const kind of KINDS) roles.start(`${kind} ${name}`, kind);
    say(`${flags.minutes} minutes, ${flags.rate} runs a second, a fault a minute; samples in ${folder}`);
    const over = AbortSignal.timeout(Number(flags.minutes) * 60_000);
    await Promise.all([keepLoad(soak, over), keepStriking(soak, over), keepLooking(soak, over)]);
    await Promise.all(soak.load.open);
    return report(soak);
  } finally {
    await sluice.close().catch(() => {});
    await connections.close();
    await roles.end();
    await redis.stop();
  }
}

const NAMES = ['1', '2', '3'];
const KINDS: readonly Kind[] = ['orchestrator', 'worker'];

interface Soak {
  readonly folder: string;
  readonly redis: PrivateRedis;
  readonly roles: Roles;
  readonly sluice: Sluice;
  readonly connections: Connections;
  readonly load: Load;
  readonly samples: Sample[];
}

interface Load {
  begun: number;
  succeeded: number;
  readonly wrong: string[];
  readonly open: Set<Promise<void>>;
  /** Of runs that ended since the last look. */
  tookMs: number[];
}

function newLoad(): Load {
  return { begun: 0, succeeded: 0, wrong: [], open: new Set(), tookMs: [] };
}

async function keepLoad({ sluice, load }: Soak, over: AbortSignal): Promise<void> {
  const everyMs = 1_000 / Number(flags.rate);
  while (!over.aborted) {
    if (load.open.size < MOST_AT_ONCE) {
      const run = oneRun(sluice, load).finally(() => load.open.delete(run));
      load.open.add(run);
    }
    await pauseUntil(everyMs, over);
  }
}

async function oneRun(sluice: Sluice, load: Load): Promise<void> {
  const number = ++load.begun;
  const beganAt = Date.now();
  try {
    const run = await sluice.start(shape, {}, { idempotencyKey: `soak ${number}` });
    await run.result();
    load.succeeded++;
    load.tookMs.push(Date.now() - beganAt);
  } catch (thrown) {
    load.wrong.push(`run ${number}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** In turn: what dies is put back at once, as a supervisor would. */
async function keepStriking({ roles, redis, connections }: Soak, over: AbortSignal): Promise<void> {
  const strikes = [
    ...KINDS.map((kind) => async () => {
      await roles.kill(`${kind} 1`);
      roles.start(`${kind} 1`, kind);
    }),
    async () => void (await connections.call('client', ['KILL', 'TYPE', 'normal'])),
    async () => {
      redis.freeze();
      await pause(FREEZE_MS);
      redis.thaw();
    },
  ];
  for (let turn = 0; ; turn++) {
    await pauseUntil(FAULT_MS, over);
    if (over.aborted) return;
    await strikes[turn % strikes.length]?.().catch((thrown: unknown) => say(`a fault failed: ${thrown}`));
  }
}

async function keepLooking(soak: Soak, over: AbortSignal): Promise<void> {
  const beganAt = Date.now();
  while (!over.aborted) {
    await pauseUntil(SAMPLE_MS, over);
    const values = await look(soak).catch(() => undefined);
    if (values === undefined) continue;
    const at = Date.now() - beganAt;
    soak.samples.push({ at, values });
    appendFileSync(
      join(soak.folder, 'samples.jsonl'),
      `${JSON.stringify({ at, ...Object.fromEntries(values) })}\n`,
    );
  }
}

/** Of the roles that are never killed, of Redis, and of the runs since the last look. */
async function look({ roles, redis, connections, load }: Soak): Promise<ReadonlyMap<string, number>> {
  const values = new Map<string, number>();
  for (const [name, pid] of roles.pids()) {
    if (name.endsWith(' 1')) continue;
    const { rssMib, descriptors } = processValues(pid);
    values.set(`${name}, memory MiB`, rssMib).set(`${name}, descriptors`, descriptors);
  }
  const memory = String(await connections.call('info', ['memory']));
  values.set('Redis, used_memory MiB', Number(/^used_memory:(\d+)/m.exec(memory)?.[1]) / 2 ** 20);
  values.set('Redis, keys', Number(await connections.call('dbsize', [])));
  values.set('Redis, descriptors', processValues(redis.pid).descriptors);
  if (load.tookMs.length > 0) values.set('run, median ms', quantile(load.tookMs, 0.5));
  load.tookMs = [];
  return values;
}

function report({ load, samples }: Soak): number {
  const trends = trendsOf(samples, Number(flags['warm-up']) * 60_000);
  const row = (...cells: readonly string[]) => say(`| ${cells.join(' | ')} |`);
  row('what', 'first third', 'last third', 'slope an hour', 'flat');
  row('---', '---', '---', '---', '---');
  for (const { what, first, last, slopePerHour, isFlat } of trends)
    row(what, first.toFixed(1), last.toFixed(1), slopePerHour.toFixed(1), isFlat ? 'yes' : 'NO');
  say(`${load.begun} runs begun, ${load.succeeded} succeeded`);
  for (const wrong of load.wrong.slice(0, 10)) say(wrong);
  return load.wrong.length === 0 && trends.every(({ isFlat }) => isFlat) ? 0 : 1;
}

async function pauseUntil(ms: number, over: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: over }).catch(() => {});
}

process.exitCode = await main();
