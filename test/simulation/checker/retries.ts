import type { PlanTask } from '../../../engine/core/plan.ts';
import type { DurableEvent } from '../evidence.ts';
import { cancellingOf, ofEachRun } from './invariant.ts';

/** I6, I8: another attempt comes only after a failure, as often and as late as the policy says. */
export const retries = ofEachRun(
  'retries',
  'attempts never exceed the policy, none begins before its time, and a failure ends the node only when no attempt is left',
  function* (run) {
    const stopped = cancellingOf(run)?.seq ?? Number.POSITIVE_INFINITY;
    for (const [node, events] of run.byNode) {
      const task = run.workflow.plan.tasks[run.nodeName(node).task];
      if (!task) continue;
      const own = events.filter(({ type }) => type !== 'node.late' && type !== 'node.progress');
      for (const [i, event] of own.entries()) {
        const problem = judge(task, own, i, stopped);
        if (problem) yield { what: `${problem} (seq ${event.seq})`, node };
      }
    }
  },
);

const MAY_NOT_RETRY = [
  'worker_lost',
  'unresolved_reference',
  'expression_error',
  'fan_out_failed',
  'invalid_options',
];

function judge(
  task: PlanTask,
  events: readonly DurableEvent[],
  i: number,
  stoppedSeq: number,
): string | undefined {
  const event = events[i];
  const before = events[i - 1];
  if (!event) return undefined;
  const { retry } = task;
  if (event.type === 'node.queued' && (event.attempt ?? 0) > retry.attempts)
    return `attempt ${event.attempt} of ${retry.attempts}`;
  if (event.type === 'node.queued' && before?.type === 'node.retrying') {
    const until = before.detail?.until ?? 0;
    if (event.at < until) return `attempt ${event.attempt} begins ${until - event.at} ms early`;
  }
  if (event.type === 'node.retrying') return judgePause(task, event);
  if (event.type !== 'node.failed' || event.seq > stoppedSeq) return undefined;
  const code = event.detail?.error?.code ?? '';
  const isOver = (event.attempt ?? 0) >= retry.attempts || retry.budgetMs !== undefined;
  const isRefused = retry.on !== undefined && code !== 'exit_code';
  // A fan-out that has failed stops its nodes: their failures are final.
  if (isOver || isRefused || MAY_NOT_RETRY.includes(code) || (task.fanOut && task.failFast)) return undefined;
  return `failed for good with ${code} at attempt ${event.attempt} of ${retry.attempts}`;
}

function judgePause({ retry }: PlanTask, { attempt = 0, at, detail }: DurableEvent): string | undefined {
  if (attempt >= retry.attempts) return `retrying after attempt ${attempt} of ${retry.attempts}`;
  if (retry.on !== undefined && detail?.error?.code !== 'exit_code')
    return `retrying although \`on\` is false`;
  const growth =
    retry.backoff === 'fixed' ? 1 : retry.backoff === 'linear' ? attempt : retry.factor ** (attempt - 1);
  const longest = Math.min(retry.delayMs * growth, retry.maxDelayMs);
  const asked = detail?.error?.retry_after ?? 0;
  const pause = (detail?.until ?? 0) - at;
  const least = Math.max(longest * (1 - retry.jitter), asked) - 1;
  const most = Math.max(longest, asked) + 1;
  return pause < least || pause > most
    ? `pause of ${pause} ms; the policy says ${least} to ${most}`
    : undefined;
}
