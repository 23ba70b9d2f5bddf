/**
 * `npm run chaos -- --minutes N --seed S [--runs N]`: real processes on a real Redis under all faults at once, judged by the
 * checker. Prints what was done and what was found, keeps all raw records as JSON lines, and ends with 1 when a promise broke.
 * `npm run chaos -- --points orchestrator|worker`: the role is killed before and after each of its calls to Redis.
 * `npm run chaos -- --tails 100`: the append-only file loses its end, as by a power cut, so often; Redis and roles start on the rest.
 * `npm run chaos -- --figures NAMES`: one fault at a time, and how long it takes to get over it, as the table of docs/reliability.md.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureFigures } from './figures/index.ts';
import { CLUSTER_FAULTS } from './nemesis/cluster.ts';
import { FAULTS } from './nemesis/index.ts';
import { ROLE_FAULTS } from './nemesis/roles.ts';
import { killAtPoints, pointsOf } from './points.ts';
import { type StormResult, storm } from './storm.ts';
import { cutTails } from './tails.ts';
import type { RoleKind } from './world.ts';

const USAGE = `npm run chaos -- [options]
  --minutes N        how long the storm lasts (default 20)
  --seed N           what happens when (default 1)
  --runs N           runs to begin (default: 100 a minute), of --nodes N nodes (default 20)
  --workers N --orchestrators N --slots N   processes of each role (default 4, 3), slots of a worker (default 8)
  --faults WORD,…    only faults whose names hold one of these words: ${FAULTS.map(({ name }) => name).join(', ')}
  --strength F       multiplies the pace of all faults (default 1)
  --fsync always|everysec   of the append-only file (default always)
  --disk MIB         a small disk for Redis that faults fill up (as root, on Linux)
  --cluster          on a Redis Cluster whose primaries are killed and frozen, beside the roles
  --also DIST        roles are of this build or of that one, whichever falls to them
  --folder DIR       where raw records go (default: a new one)
instead of a storm:
  --figures all|NAME,…   one fault at a time, and how long it takes to get over it
  --tails N          cut the end of an append-only file so often
  --points orchestrator|worker   kill the role before and after each of its calls to Redis
`;

const OPTIONS = {
  minutes: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
  runs: { type: 'string' },
  nodes: { type: 'string', default: '20' },
  workers: { type: 'string', default: '4' },
  orchestrators: { type: 'string', default: '3' },
  slots: { type: 'string', default: '8' },
  fsync: { type: 'string', default: 'always' },
  strength: { type: 'string', default: '1' },
  cluster: { type: 'boolean', default: false },
  disk: { type: 'string' },
  faults: { type: 'string', default: '' },
  also: { type: 'string' },
  folder: { type: 'string' },
  figures: { type: 'string' },
  tails: { type: 'string' },
  points: { type: 'string' },
} as const;
const values = readOptions();
const SHOWN = 20;

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${USAGE}`);
    process.exit(2);
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'chaos-'));
  if (values.figures !== undefined) return figures(folder, values.figures);
  if (values.points !== undefined)
    return points(folder, values.points === 'worker' ? 'worker' : 'orchestrator');
  if (values.tails !== undefined) return tails(folder, Number(values.tails));
  const words = values.faults.split(',').filter(Boolean);
  const faults = (values.cluster ? [...ROLE_FAULTS, ...CLUSTER_FAULTS] : FAULTS).filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  const minutes = Number(values.minutes);
  say(`seed ${values.seed}, ${minutes} minutes, appendfsync ${values.fsync}; records in ${folder}`);
  const result = await storm({
    folder,
    faults,
    seed: Number(values.seed),
    forMs: minutes * 60_000,
    runs: values.runs === undefined ? Math.round(100 * minutes) : Number(values.runs),
    nodes: Number(values.nodes),
    workers: Number(values.workers),
    orchestrators: Number(values.orchestrators),
    slots: Number(values.slots),
    appendfsync: values.fsync === 'always' ? 'always' : 'everysec',
    strength: Number(values.strength),
    diskBytes: values.disk === undefined ? undefined : Number(values.disk) * 1_024 ** 2,
    cluster: values.cluster,
    otherBuild: values.also === undefined ? undefined : resolve(values.also),
    patienceMs: 120_000,
    onNews: say,
  });
  report(result);
  return result.violations.length + result.stuck > 0 ? 1 : 0;
}

async function figures(folder: string, names: string): Promise<number> {
  const only = names === 'all' ? [] : names.split(',');
  const { seed, strength } = values;
  const table = await measureFigures({
    folder,
    only,
    seed: Number(seed),
    strength: Number(strength),
    onNews: say,
  });
  for (const line of table) say(line);
  say(`samples in ${join(folder, 'samples.jsonl')}`);
  return 0;
}

async function points(folder: string, kind: RoleKind): Promise<number> {
  const { reached, missed, violations } = await killAtPoints({
    folder,
    kind,
    points: pointsOf(kind),
    onNews: say,
  });
  for (const { invariant, run, what } of violations.slice(0, SHOWN))
    say(`VIOLATION ${invariant} ${run}: ${what}`);
  say(
    `killed at ${reached.length} points; never came to ${missed.join(', ') || 'none'}; ${violations.length} violations`,
  );
  return violations.length > 0 ? 1 : 0;
}

async function tails(folder: string, times: number): Promise<number> {
  const { seed, nodes } = values;
  const sizes = { times, runs: 12, nodes: Number(nodes), atOnce: 4 };
  const { opened, found, gone, stuck, violations } = await cutTails({
    folder,
    seed: Number(seed),
    ...sizes,
    onNews: say,
  });
  say(`${opened} files with an end cut off were opened: ${found} runs were there, ${gone} in none any more`);
  for (const { invariant, run, what } of violations.slice(0, SHOWN))
    say(`VIOLATION ${invariant} ${run}: ${what}`);
  say(`${stuck} runs stuck, ${violations.length} violations`);
  return violations.length + stuck > 0 ? 1 : 0;
}

function report({
  faults,
  violations,
  runs,
  stuck,
  ends,
  nodes,
  repeated,
  workersLost,
  calmMs,
  started,
}: StormResult): void {
  for (const [name, count] of faults) say(`${String(count).padStart(6)}  ${name}`);
  if (started.other > 0)
    say(`${started.this} roles of this build were started, ${started.other} of the other`);
  const words = [...ends].map(([status, count]) => `${count} ${status}`).join(', ');
  say(
    `${runs} runs ended: ${words}; ${stuck} stuck; the last ${Math.round(calmMs / 1_000)} s after the last fault`,
  );
  say(
    `${nodes} attempts of nodes worked; ${repeated} were begun again after a lost worker; ${workersLost} nodes lost three workers`,
  );
  for (const { invariant, run, what } of violations.slice(0, SHOWN))
    say(`VIOLATION ${invariant} ${run}: ${what}`);
  say(`${violations.length} violations`);
}

process.exitCode = await main();
