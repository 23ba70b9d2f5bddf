import type { PlanTask } from '../../../engine/core/plan.ts';
import type { DurableEvent } from '../evidence.ts';
import { ofEachRun } from './invariant.ts';

/** A worker's own clock and the store's are read at different moments and rounded. */
const ROUNDING_MS = 2;
/** What a worker that does not answer is waited for, and how long a takeover or a backlog may take on top, ms. */
const TIMEOUT_SLACK_MS = 15_000;
const LATE_MS = 8_000;

/** I12: no timer is early, and none is late once faults are over. */
export const timers = ofEachRun(
  'timers',
  'waits, timeouts, queue timeouts and run timeouts end neither before their time nor long after it',
  function* (run, { faultsOverAt, wentBack }) {
    const { plan } = run.workflow;
    const started = run.events.find(({ type }) => type === 'run.started')?.at ?? 0;
    const stop = run.events.find(({ type }) => type === 'run.cancelling');
    if (stop?.detail?.reason === 'run_timeout' && stop.at < started + (plan.timeoutMs ?? 0))
      yield `run_timeout ${started + (plan.timeoutMs ?? 0) - stop.at} ms early`;
    for (const [node, events] of run.byNode) {
      const task = plan.tasks[run.nodeName(node).task];
      if (!task) continue;
      for (const due of duesOf(task, events)) {
        if (due.happened.at < due.at - ROUNDING_MS)
          yield { what: `${due.what} ${due.at - due.happened.at} ms early (seq ${due.happened.seq})`, node };
        const late = due.happened.at - Math.max(due.at, faultsOverAt) - due.slackMs;
        if (late > 0 && !wentBack)
          yield { what: `${due.what} ${due.happened.at - due.at} ms late (seq ${due.happened.seq})`, node };
      }
    }
  },
);

interface Due {
  readonly what: string;
  readonly at: number;
  readonly happened: DurableEvent;
  readonly slackMs: number;
}

function* duesOf(task: PlanTask, events: readonly DurableEvent[]): Iterable<Due> {
  let queued = 0;
  let started = 0;
  let until: number | undefined;
  for (const event of events) {
    const code = event.detail?.error?.code;
    if (event.type === 'node.queued') queued = event.at;
    if (event.type === 'node.started') started = event.at;
    if (code === 'timeout')
      yield {
        what: 'timeout',
        at: started + (task.timeoutMs ?? Number.POSITIVE_INFINITY),
        happened: event,
        slackMs: TIMEOUT_SLACK_MS + LATE_MS,
      };
    if (code === 'queue_timeout')
      yield {
        what: 'queue_timeout',
        at: queued + (task.queueTimeoutMs ?? Number.POSITIVE_INFINITY),
        happened: event,
        slackMs: LATE_MS,
      };
    if (until !== undefined && event.type === 'node.succeeded')
      yield { what: 'wait', at: until, happened: event, slackMs: LATE_MS };
    until = event.type === 'node.waiting' ? event.detail?.until : undefined;
    if (event.type === 'node.waiting') {
      const asked = Number.parseInt(String(task.action.with['for']), 10);
      yield {
        what: 'the end of a wait is set',
        at: queued + asked,
        happened: { ...event, at: until ?? 0 },
        slackMs: 0,
      };
    }
  }
}
