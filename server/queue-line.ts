/** Queues and workers as the public contract has them: who serves, from the workers; what waits, from the orchestrators. */
import type { LoadReport, WorkerInfo } from '../engine/ports/membership.ts';

export function workerLineOf(worker: WorkerInfo, loads: readonly LoadReport[]) {
  const { session, name, version, queues, labels, executors, startedAt } = worker;
  const running = loads.reduce(
    (sum, { busy }) => sum + (Object.hasOwn(busy, session) ? (busy[session] ?? 0) : 0),
    0,
  );
  const started_at = new Date(startedAt).toISOString();
  return { session, name, version, queues, labels, executors, started_at, running };
}

export type WorkerLine = ReturnType<typeof workerLineOf>;
export type QueueLine = ReturnType<typeof lineOf>;

type Why = 'no_worker' | 'busy' | 'starting';

interface Queue {
  readonly workers: string[];
  slots: number;
  waiting: number;
  running: number;
  oldestAt: number;
  oldestRun: string;
}

/** By name. */
export function queueLinesOf(workers: readonly WorkerInfo[], loads: readonly LoadReport[]) {
  const queues = new Map<string, Queue>();
  const queueOf = (name: string) => {
    const known = queues.get(name);
    if (known) return known;
    const one = { workers: [], slots: 0, waiting: 0, running: 0, oldestAt: 0, oldestRun: '' };
    queues.set(name, one);
    return one;
  };
  for (const worker of workers)
    for (const [name, slots] of Object.entries(worker.queues)) {
      const one = queueOf(name);
      one.workers.push(worker.name);
      one.slots += slots;
    }
  for (const load of loads)
    for (const [name, { waiting, running, oldestAt, oldestRun }] of Object.entries(load.queues)) {
      const one = queueOf(name);
      one.waiting += waiting;
      one.running += running;
      if (waiting > 0 && (one.oldestAt === 0 || oldestAt < one.oldestAt))
        Object.assign(one, { oldestAt, oldestRun });
    }
  return [...queues].map(([name, one]) => lineOf(name, one)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function lineOf(name: string, { workers, slots, waiting, running, oldestAt, oldestRun }: Queue) {
  return {
    name,
    workers,
    slots,
    waiting,
    running,
    oldest_at: oldestAt === 0 ? null : new Date(oldestAt).toISOString(),
    oldest_run: oldestRun === '' ? null : oldestRun,
    why: whyOf({ workers, slots, waiting, running }),
  };
}

function whyOf({
  workers,
  slots,
  waiting,
  running,
}: Pick<Queue, 'workers' | 'slots' | 'waiting' | 'running'>): Why | null {
  if (waiting === 0) return null;
  if (workers.length === 0) return 'no_worker';
  return running >= slots ? 'busy' : 'starting';
}
