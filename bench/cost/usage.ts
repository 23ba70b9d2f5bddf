/**
 * What work costs, however busy the machine is: processor time of each process as Linux counts it, commands and scripts of Redis.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { Connections } from '../../engine/redis/index.ts';

export interface Usage {
  /** Processor time so far, µs, by role. */
  readonly processor: ReadonlyMap<string, number>;
  /** Calls so far, by command; those within scripts are among them. */
  readonly calls: ReadonlyMap<string, number>;
}

/** Counted, but no work that anybody asked for: what this measurement itself asks. */
const OWN = new Set(['info', 'slowlog', 'config']);

export async function readUsage(pids: ReadonlyMap<string, number>, { call }: Connections): Promise<Usage> {
  const info = String(await call('info', ['commandstats']));
  const calls = new Map<string, number>();
  for (const [, name = '', count] of info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (!OWN.has(name)) calls.set(name, Number(count));
  }
  const processor = new Map<string, number>();
  for (const [role, pid] of pids) processor.set(role, await processorMicros(pid));
  return { processor, calls };
}

/** Of all threads of the process. */
async function processorMicros(pid: number): Promise<number> {
  let nanos = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
    nanos += Number(text.split(' ')[0]);
  }
  return nanos / 1_000;
}

/** What was used in between, by name, for each of `units`. */
export function usedBetween(before: Usage, after: Usage, units: number): Usage {
  const each = (from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>) =>
    new Map([...to].map(([name, value]) => [name, (value - (from.get(name) ?? 0)) / units] as const));
  return { processor: each(before.processor, after.processor), calls: each(before.calls, after.calls) };
}

export async function serverPid({ call }: Connections): Promise<number> {
  return Number(/^process_id:(\d+)/m.exec(String(await call('info', ['server'])))?.[1]);
}
