/** What is told of queues and workers, of what workers and orchestrators say. */
import { expect, it } from 'vitest';
import type { LoadReport, WorkerInfo } from '../../engine/ports/membership.ts';
import { queueLinesOf, workerLineOf } from '../../server/queue-line.ts';

const worker = (session: string, queues: WorkerInfo['queues']): WorkerInfo => {
  const info = { labels: {}, executors: ['shell'], version: '0.1.0', startedAt: 1_700_000_000_000 };
  return { session, name: `host:${session}`, queues, ...info };
};
const load = (queues: LoadReport['queues'], busy: LoadReport['busy'] = {}): LoadReport => {
  return { queues, busy, blocked: 0 };
};

it('counts what all orchestrators say of a queue, and takes the oldest of all', () => {
  const lines = queueLinesOf(
    [worker('a', { default: 2 }), worker('b', { default: 1, idle: 4 })],
    [
      load({ default: { waiting: 2, running: 1, oldestAt: 1_700_000_005_000, oldestRun: 'later' } }),
      load({ default: { waiting: 1, running: 2, oldestAt: 1_700_000_001_000, oldestRun: 'first' } }),
      load({ gpu: { waiting: 7, running: 0, oldestAt: 1_700_000_002_000, oldestRun: 'r' } }),
    ],
  );
  expect(lines.map(({ name, waiting, running, slots, why }) => [name, waiting, running, slots, why])).toEqual(
    [
      ['default', 3, 3, 3, 'busy'],
      ['gpu', 7, 0, 0, 'no_worker'],
      ['idle', 0, 0, 4, null],
    ],
  );
  expect(lines[0]).toMatchObject({ oldest_run: 'first', workers: ['host:a', 'host:b'] });
  expect(lines[2]).toMatchObject({ oldest_at: null, oldest_run: null });
});

it('says that work is about to be taken where slots are free', () => {
  const waiting = { waiting: 1, running: 0, oldestAt: 1, oldestRun: 'r' };
  const [line] = queueLinesOf([worker('a', { default: 1 })], [load({ default: waiting })]);
  expect(line?.why).toBe('starting');
});

it('adds up what orchestrators say of a worker', () => {
  const loads = [load({}, { a: 2 }), load({}, { a: 1, b: 5 })];
  expect(workerLineOf(worker('a', {}), loads).running).toBe(3);
  expect(workerLineOf(worker('toString', {}), loads).running).toBe(0);
});
