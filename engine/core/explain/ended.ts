/** Nodes that have ended: why so. The rule is asked again; its answer does not depend on the order of arrival. */

import { isFanNode, type NodePlace } from '../decide/node/node-place.ts';
import { attemptsOfIteration } from '../decide/node/repeat.ts';
import { FINAL_ERRORS, wantsRetry } from '../decide/node/settle.ts';
import { isStopping } from '../decide/node/stop.ts';
import { isApplicable } from '../decide/run/phase.ts';
import type { TaskError } from '../errors.ts';
import { nextRetryDelay } from '../retry-policy.ts';
import { conditionOf } from './condition.ts';
import { iso, type Reason, reason, sentence } from './explanation.ts';
import { type ExplainFacts, forTime } from './facts.ts';
import { fanReasons } from './fan.ts';
import { partReason, verdictOf } from './pending.ts';
import { edgeReasons, ruleReason } from './rule.ts';

export function succeededReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  const { record } = place;
  const instead = shortcutReasons(place, facts);
  if (instead.length > 0) return [...instead, ...fanOf(place)];
  const tries = record.attempt > 1 ? ` at attempt ${record.attempt}` : '';
  const took = record.startedAt > 0 ? `, in ${forTime(record.endedAt - record.startedAt)}` : '';
  return [
    reason('done', `Succeeded${tries}${took}.`, { attempt: record.attempt, at: iso(record.endedAt) }),
    ...fanOf(place),
  ];
}

function fanOf(place: NodePlace): Reason[] {
  return isFanNode(place) ? [] : fanReasons(place);
}

export function skippedReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  const { run, task, record } = place;
  const instead = shortcutReasons(place, facts);
  if (instead.length > 0) return instead;
  if (!isApplicable(run, task)) return [partReason(place)];
  const verdict = isFanNode(place) ? 'run' : verdictOf(place);
  const rule = isFanNode(place) ? [] : [ruleReason(task.triggerRule, verdict), ...edgeReasons(run, task)];
  if (verdict !== 'run') return rule;
  const condition = conditionOf(place, record.endedAt);
  return [...(condition ? [condition.reason] : []), ...fanOf(place), ...rule];
}

/** It ended without working: that is said instead of what its own rule or retry would say. */
function shortcutReasons({ index, record }: NodePlace, facts: ExplainFacts): Reason[] {
  const event = facts.shortcut?.(index);
  const { run = '', by, reason: why, as } = event?.detail ?? {};
  const at = event ? iso(event.at) : null;
  if (event?.type === 'node.marked') {
    const because = why === undefined ? '' : `: ${why}`;
    const text = sentence(`${by ?? 'Somebody'} marked it as ${as ?? record.state}${because}`);
    return [reason('marked', text, { by: by ?? null, as: as ?? record.state, reason: why ?? null, at })];
  }
  if (event?.type === 'node.reused')
    return [
      reason('reused', `Taken over as ${as ?? record.state} from run ${run}; it did not run again.`, {
        run,
        at,
      }),
    ];
  if (event?.type === 'node.cached')
    return [reason('cached', `Succeeded with the outputs of run ${run}, from the cache.`, { run, at })];
  return [];
}

export function upstreamFailedReasons({ run, task, ...rest }: NodePlace): Reason[] {
  const edges = edgeReasons(run, task);
  const failed = edges.filter(({ counts }) => counts === 'F');
  const others = edges.filter(({ counts }) => counts !== 'F');
  return [...failed, ruleReason(task.triggerRule, verdictOf({ run, task, ...rest })), ...others];
}

export function cancelledReasons(place: NodePlace): Reason[] {
  const { run, record, task } = place;
  const { cancel } = run.header;
  if (cancel) {
    const why =
      cancel.code === 'run_timeout'
        ? 'passed its timeout'
        : `was cancelled${cancel.reason ? `: ${cancel.reason}` : ''}`;
    return [reason('cancelled', sentence(`The run ${why}`), { at: iso(cancel.at) }), ...fanOf(place)];
  }
  if (isFanNode(place))
    return [reason('fan_out_stopped', `${task.id} had failed already, and \`fail_fast\` stops the rest.`)];
  return [reason('cancelled', 'It was cancelled.', { at: iso(record.endedAt) }), ...fanOf(place)];
}

export function failedReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  const error = place.run.outputs.get(place.index)?.e;
  if (!error) return [reason('error', 'It failed; no error is stored.'), ...fanOf(place)];
  const instead = shortcutReasons(place, facts);
  if (instead.length > 0 && error.code === 'marked_failed') return [...instead, ...fanOf(place)];
  return [
    ...instead,
    reason('error', `${error.code}: ${error.message}`, { error: { ...error } }),
    ...fanOf(place),
    ...(place.task.fanOut && !isFanNode(place) ? [] : [noRetryReason(place, error)]),
    ...attemptReasons(place, facts),
  ];
}

function noRetryReason(place: NodePlace, error: TaskError): Reason {
  const { record, task } = place;
  const { attempts, on, budgetMs } = task.retry;
  if (record.attempt === 0 || FINAL_ERRORS.has(error.code))
    return reason('no_retry', `An error of the kind ${error.code} is not tried again.`, {
      attempt: record.attempt,
    });
  if (attempts <= 1) return reason('no_retry', 'The task has no `retry`.', { attempts });
  if (attemptsOfIteration(place) >= attempts)
    return reason('no_retry', `All ${attempts} attempts were used.`, { attempt: record.attempt, attempts });
  if (on !== undefined && !wantsRetry(place, error))
    return reason('no_retry', `\`retry.on: ${on}\` is not true of this error.`, { on });
  if (budgetMs !== undefined && isPastBudget(place))
    return reason('no_retry', `Another attempt would begin after \`retry.budget\` of ${forTime(budgetMs)}.`, {
      budget_ms: budgetMs,
    });
  const text = isStopping(place.run, record.task)
    ? 'It was being stopped, so it was not tried again.'
    : `An error of the kind ${error.code} is not tried again.`;
  return reason('no_retry', text);
}

function isPastBudget(place: NodePlace): boolean {
  const { record, task } = place;
  const firstStartedAt = record.firstStartedAt || record.queuedAt;
  return (
    nextRetryDelay(task.retry, {
      failed: attemptsOfIteration(place),
      now: record.endedAt,
      firstStartedAt,
      random: 0,
    }) === undefined
  );
}

/** What happened before, where the history was read. */
export function attemptReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  return facts
    .attempts(place.index)
    .filter(({ attempt }) => attempt < place.record.attempt)
    .map(({ attempt, error, at }) =>
      reason('attempt', `Attempt ${attempt} failed with ${error.code}: ${firstLine(error.message)}`, {
        attempt,
        at: iso(at),
        error: { ...error },
      }),
    );
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
