/** How often a follower looks at the logs of attempts that go on. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FollowedEvent, RunFeed } from '../../../cli/installation/runs.ts';
import { followRun, type TaskLine } from '../../../cli/view/run-follower.ts';
import type { LogLine } from '../../../engine/ports/log-store.ts';
import { aPlan } from '../../support/run-builder.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function anEvent(seq: number, type: 'node.started' | 'node.succeeded'): FollowedEvent {
  const event = { seq, at: seq, type, node: 0, attempt: 1 } as const;
  const view = { ...event, at: '2026-01-01T00:00:00Z', run: 'r', node: 'a', detail: {} };
  return { event, view, task: 0 } as unknown as FollowedEvent;
}

/** A run whose only attempt goes on until the test ends it. */
function follow(logPauseMs: number) {
  const looks: number[] = [];
  const stored: LogLine[] = [];
  const seen: TaskLine[] = [];
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const feed: RunFeed = {
    plan: aPlan(['a']),
    logPauseMs,
    async *follow() {
      yield anEvent(1, 'node.started');
      await ended;
      yield anEvent(2, 'node.succeeded');
    },
    async readLog(_attempt, { after }) {
      looks.push(performance.now());
      return stored.slice(Number(after));
    },
    close: () => {},
  };
  const sink = {
    line: (line: TaskLine) => void seen.push(line),
    event: () => {},
    note: () => {},
    close: () => {},
  };
  const signal = new AbortController().signal;
  const done = followRun({ runs: { feed: async () => feed }, run: 'r', sink, withLogs: true, signal });
  const write = (text: string) =>
    stored.push({ id: String(stored.length + 1), at: 1, stream: 'stdout', text });
  return { looks, seen, end, done, write };
}

it('looks as often as lines can come, and once more when the attempt ends', async () => {
  const [often, seldom] = [follow(0), follow(500)];
  await vi.advanceTimersByTimeAsync(3_000);
  expect(often.looks.length).toBeGreaterThan(15);
  expect(seldom.looks.length).toBeGreaterThanOrEqual(5);
  expect(seldom.looks.length).toBeLessThanOrEqual(7);
  seldom.write('in between');
  await vi.advanceTimersByTimeAsync(700);
  expect(seldom.seen.map(({ text }) => text)).toEqual(['in between']);
  seldom.write('at the end');
  for (const one of [often, seldom]) one.end();
  await vi.advanceTimersByTimeAsync(10);
  await Promise.all([often.done, seldom.done]);
  expect(seldom.seen.map(({ text }) => text)).toEqual(['in between', 'at the end']);
});
