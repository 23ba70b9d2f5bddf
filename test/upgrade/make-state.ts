/**
 * `npm run upgrade:state`: keeps what this build stores of runs that are not done, of as many kinds as there are, as states/VERSION.json. Later
 * builds must take it up and finish all of it (states.test.ts). To be run once for each version, when it is released; what is there already is
 * not made anew.
 */
import { copyFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { DEFAULT_PREFIX } from '../../engine/redis/index.ts';
import { openParts } from '../../sdk/engine-parts.ts';
import { connect, type Run, type RunView, readWorkflow } from '../../sdk/index.ts';
import { startOrchestrator, startWorker } from '../../sdk/roles.ts';
import { readVersion } from '../../sdk/settings.ts';
import { privateRedis } from '../support/private-redis.ts';
import { readKeys, type StoredState } from './stored.ts';
import { tasksWhileMaking } from './tasks.ts';

const SOURCES = join(import.meta.dirname.replace(/([\\/])dist[\\/]/, '$1'));
const TARGET = join(SOURCES, 'states', `${readVersion()}.json`);
const PATIENCE_MS = 15_000;

/** Posts stay in the outbox while it is silent. */
function silenced<T extends object>(store: T, isSilent: () => boolean): T {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'send' && name !== 'start') return value.bind(target);
      return (...args: unknown[]) => (isSilent() ? new Promise(() => {}) : value.apply(target, args));
    },
  });
}

/** A run, and when it is as far as it is to be kept. */
interface Wanted {
  readonly workflow: string;
  readonly isThere: (view: RunView) => boolean;
}

const node =
  (id: string, ...states: readonly string[]) =>
  ({ nodes }: RunView) =>
    nodes.some((one) => one.id === id && states.includes(one.status));

const WANTED: readonly Wanted[] = [
  { workflow: 'retrying', isThere: node('shaky', 'waiting', 'retrying') },
  {
    workflow: 'wide',
    isThere: (view) => ['each[0]', 'each[1]', 'each[2]'].every((id) => node(id, 'succeeded')(view)),
  },
  { workflow: 'parent', isThere: node('child', 'running') },
  { workflow: 'limited', isThere: node('held', 'running') },
  { workflow: 'limited', isThere: ({ status }) => status === 'queued' },
  { workflow: 'narrow', isThere: node('held', 'running') },
  { workflow: 'narrow', isThere: node('held', 'blocked') },
  { workflow: 'approving', isThere: node('go', 'waiting') },
  { workflow: 'signalled', isThere: node('paid', 'waiting') },
  { workflow: 'waiting', isThere: node('pause', 'waiting') },
  { workflow: 'failed', isThere: ({ status }) => status === 'failed' },
  { workflow: 'shell', isThere: node('held', 'running') },
];

async function main(): Promise<void> {
  if (existsSync(TARGET))
    throw new Error(
      `${TARGET} is there already. It shows what that version stored: delete it only if it was never released.`,
    );
  const folder = mkdtempSync(join(tmpdir(), 'sluice-state-'));
  const file = join(folder, 'workflows.yaml');
  copyFileSync(join(SOURCES, 'workflows.yaml'), file);
  writeFileSync(join(folder, 'words.txt'), 'three small words\n');
  const redis = await privateRedis();
  const address = `unix://${redis.connection.path}`;
  const parts = await openParts({ redis: address, by: 'maker' });
  let isSilent = false;
  await startOrchestrator({ ...parts, roleStore: silenced(parts.roleStore, () => isSilent) });
  await startWorker(parts, { queues: { default: 32 }, tasks: tasksWhileMaking() });
  const sluice = await connect({ redis: address, by: 'maker' });
  const runs: { [workflow: string]: string[] } = {};
  const start = async (workflow: string) => {
    const run = await sluice.start(readWorkflow(file, workflow));
    runs[workflow] = [...(runs[workflow] ?? []), run.id];
    return run;
  };
  await sluice.apply(readWorkflow(file, 'scheduled'));
  for (const { workflow, isThere } of WANTED) await until(await start(workflow), isThere);
  const paused = await start('paused');
  await until(paused, node('held', 'running'));
  await paused.pause();
  await until(paused, (view) => view.status === 'paused' && node('held', 'succeeded')(view));
  // From here on nothing reaches another shard: what is to be told waits in the outbox.
  isSilent = true;
  await until(await start('posted'), node('child', 'running'));
  await keep(redis.connection.path, runs);
  await redis.stop();
  // At once, as if the machine was gone.
  process.exit(0);
}

/** With all writers held still, so that it is of one moment. */
async function keep(path: string, runs: StoredState['runs']): Promise<void> {
  const client = new Redis({ path, protocol: 2 });
  await client.call('CLIENT', 'PAUSE', '60000', 'WRITE');
  const keys = await readKeys(client);
  const state: StoredState = { version: readVersion(), prefix: DEFAULT_PREFIX, runs, keys };
  const lines = keys.map((key) => JSON.stringify(key)).join(',\n');
  const head = JSON.stringify({ ...state, keys: [] }).slice(0, -2);
  writeFileSync(TARGET, `${head}\n${lines}\n]}\n`.replaceAll(hostname(), 'machine'));
  process.stdout.write(`${TARGET}: ${keys.length} keys, ${Object.values(runs).flat().length} runs\n`);
}

async function until(run: Run, isThere: (view: RunView) => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const view = await run.show();
    if (isThere(view)) return;
    if (Date.now() > deadline)
      throw new Error(
        `${view.workflow} did not come so far: ${view.status}, ${view.nodes.map((one) => `${one.id} ${one.status}`).join(', ')}`,
      );
    await pause(20);
  }
}

await main();
