/** The worker is killed, or ends: neither its programs nor the watchdog over them may stay. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { GroupWatchdog } from '../../executors/group-watchdog.ts';
import { aFolder, processesWith, removeFolders } from '../support/execution-context.ts';

const STUBBORN = `trap '' TERM; sleep 1000 & echo ready; while :; do wait; done`;
const ENTRY = join(import.meta.dirname, '../../executors/index.ts');

/** `run(script)` runs one attempt to its end. */
const WORKER = (home: string, directory: string) => `
  import { createJiti } from ${JSON.stringify(import.meta.resolve('jiti'))};
  const { shellExecutor } = await createJiti(${JSON.stringify(ENTRY)}).import(${JSON.stringify(ENTRY)});
  const shell = shellExecutor({ environment: { PATH: process.env.PATH, HOME: ${JSON.stringify(home)} } });
  const run = (script) => shell.run({ script }, {
    run: 'r', workflow: 'w', task: 't', attempt: 1, logicalTime: '', env: {}, directory: ${JSON.stringify(directory)},
    signal: new AbortController().signal, graceMs: 1000, log: { line: (_stream, text) => console.log(text) }, progress() {},
  });
`;

interface WorkerProcess {
  readonly home: string;
  readonly process: ChildProcess;
  readonly lines: Interface;
}

const started: ChildProcess[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) one.kill('SIGKILL');
  await removeFolders();
});

async function aWorker(body: string): Promise<WorkerProcess> {
  const home = `/home/${randomUUID()}`;
  const script = `${WORKER(home, await aFolder())}\n${body}`;
  const worker = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  started.push(worker);
  return { home, process: worker, lines: createInterface(worker.stdout) };
}

/** The worker's children, apart from itself. */
async function childrenOf({ home, process: worker }: WorkerProcess): Promise<number[]> {
  return (await processesWith(home)).filter((pid) => pid !== worker.pid);
}

async function watchdogsOf(worker: WorkerProcess): Promise<number[]> {
  const watchdogs = new Set(await processesWith('sluice-watchdog'));
  return (await childrenOf(worker)).filter((pid) => watchdogs.has(pid));
}

async function gone(worker: WorkerProcess): Promise<void> {
  while ((await childrenOf(worker)).length > 0) await pause(50);
}

describe('a killed worker', () => {
  it('takes programs with it that ignore SIGTERM', async () => {
    const worker = await aWorker(`await run(${JSON.stringify(STUBBORN)});`);
    expect(await once(worker.lines, 'line')).toEqual(['ready']);
    expect((await childrenOf(worker)).length).toBeGreaterThanOrEqual(3);
    worker.process.kill('SIGKILL');
    const killedAt = performance.now();
    await once(worker.process, 'exit');
    await gone(worker);
    expect(performance.now() - killedAt).toBeLessThan(5000);
  });

  it('lets programs end by SIGTERM first', async () => {
    const mark = join(await aFolder(), 'mark');
    // Nobody reads the output any more: bash would end at the line that it prints about the killed `sleep`.
    const script = `trap 'echo cleaned > ${mark}; exit 0' TERM; exec 2> /dev/null; echo ready; while :; do sleep 0.05 || true; done`;
    const worker = await aWorker(`await run(${JSON.stringify(script)});`);
    await once(worker.lines, 'line');
    worker.process.kill('SIGKILL');
    await gone(worker);
    expect(await readFile(mark, 'utf8')).toBe('cleaned\n');
  });

  it('takes programs with it whose watchdog was killed before and replaced', async () => {
    const script = `process.stdin.once('data', () => run('echo next'));
      await run(${JSON.stringify(STUBBORN)});`;
    const worker = await aWorker(script);
    await once(worker.lines, 'line');
    const [first = Number.NaN] = await watchdogsOf(worker);
    process.kill(first, 'SIGKILL');
    while ((await watchdogsOf(worker)).length > 0) await pause(20);
    worker.process.stdin?.write('go\n');
    expect(await once(worker.lines, 'line')).toEqual(['next']);
    expect(await watchdogsOf(worker)).toHaveLength(1);
    worker.process.kill('SIGKILL');
    await gone(worker);
  });
});

describe('the watchdog', () => {
  it('is one for many attempts, hears no signal meant for others, and is not inherited', async () => {
    const script = `await Promise.all(Array.from({ length: 8 }, () => run('true')));
      await run('ls -l /proc/self/fd | grep -c "socket:" || true'); console.log('done');
      process.stdin.resume();`;
    const worker = await aWorker(script);
    // Only the standard error of `ls` itself.
    expect(await once(worker.lines, 'line')).toEqual(['1']);
    await once(worker.lines, 'line');
    const watchdogs = await watchdogsOf(worker);
    expect(watchdogs).toHaveLength(1);
    process.kill(watchdogs[0] ?? Number.NaN, 'SIGTERM');
    process.kill(watchdogs[0] ?? Number.NaN, 'SIGINT');
    expect(await watchdogsOf(worker)).toEqual(watchdogs);
    worker.process.stdin?.end();
    await gone(worker);
  });

  it('keeps no worker alive and ends with it', async () => {
    const worker = await aWorker(`await run('echo one'); await run('echo two');`);
    const [code] = await once(worker.process, 'exit');
    expect(code).toBe(0);
    await gone(worker);
  });

  it('is gone once the executor was closed', async () => {
    const worker = await aWorker(
      `await run('echo one'); await shell.close(); console.log('closed'); process.stdin.resume();`,
    );
    await once(worker.lines, 'line');
    expect(await once(worker.lines, 'line')).toEqual(['closed']);
    expect(await childrenOf(worker)).toEqual([]);
  });

  it('ends the groups that it still has, and no other', async () => {
    const groups = Array.from({ length: 4 }, () =>
      spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }),
    );
    started.push(...groups);
    const [first, second, third, fourth] = groups.map((group) => group.pid ?? Number.NaN) as [
      number,
      number,
      number,
      number,
    ];
    const watchdog = new GroupWatchdog({ PATH: process.env['PATH'] ?? '' });
    watchdog.ready();
    for (const group of [first, second, third, fourth]) watchdog.add(group);
    for (const group of [second, fourth, second]) watchdog.remove(group);
    await watchdog.close();
    expect(groups.map((group) => group.signalCode)).toEqual(['SIGTERM', null, 'SIGTERM', null]);
  });
});
