/** The terms that decide when a node's turn comes, in the order in which they count, and its place among those that wait. */
import type { NodePlace } from '../decide/node/node-place.ts';
import { formatDuration } from '../duration.ts';
import { fairnessOf } from '../limit/need.ts';
import { explainRank, type RankTerms } from '../policy.ts';
import type { Rank } from '../rank.ts';
import { iso, type Reason, reason } from './explanation.ts';
import { type ExplainFacts, forTime } from './facts.ts';

/** Without the orchestrator's answer: what is stored says class, waiting and key, and paths by the number of their tasks. */
export function rankReason(place: NodePlace, facts: ExplainFacts): Reason {
  const { run, record, task, index } = place;
  const known = facts.rank?.(index);
  const terms =
    known ??
    explainRank(
      {
        fairness: fairnessOf(run),
        priority: task.priority,
        queuedAt: record.queuedAt,
        remainingMs: run.tasks[record.task]?.remainingMs ?? 0,
      },
      facts.now,
    );
  const words = [
    ...keyWords(terms, known),
    classWords(terms),
    known
      ? `longest path from here ${forTime(terms.remainingMs)} by learned durations`
      : 'then the longest path from here',
  ];
  const text = `Its turn comes by ${words.join('; ')}.${known ? ` ${placeWords(known, task.queue)}` : ''}`;
  return reason('rank', text, {
    fairness: terms.fairness === '' ? null : terms.fairness,
    key_time_ms: known?.keyTime ?? null,
    virtual_time_ms: known?.virtualTime ?? null,
    priority: terms.priority,
    queued_at: iso(record.queuedAt),
    waited_ms: terms.waitedMs,
    aged_priority: terms.agedPriority,
    remaining_ms: known ? terms.remainingMs : null,
    queue_priority: terms.queuePriority,
    among: known?.among ?? null,
    before: known?.before ?? null,
    waiting: known?.waiting ?? null,
  });
}

function keyWords({ fairness }: RankTerms, known: Rank | undefined): string[] {
  if (fairness === '') return [];
  if (!known) return [`the fairness key "${fairness}"`];
  const ahead = known.keyTime - known.virtualTime;
  const says =
    ahead <= 0
      ? 'is not ahead of the others'
      : `has had ${formatDuration(Math.round(ahead)) || '0s'} of work more than the one served last`;
  return [
    `the fairness key "${fairness}", which ${says} (virtual time ${known.keyTime}, now ${known.virtualTime})`,
  ];
}

function classWords({ priority, agedPriority, waitedMs }: RankTerms): string {
  const added = agedPriority - priority;
  const raised = added > 0 ? `, raised to ${agedPriority}` : '';
  return `priority ${priority}${raised} after ${forTime(waitedMs)} of waiting (one class a minute)`;
}

function placeWords({ among, before, waiting }: Rank, queue: string): string {
  const whom = among === 'ready' ? 'ready nodes' : 'tickets';
  if (waiting === 1) return `No other of its shard's ${whom} waits for the queue ${queue}.`;
  if (before === null)
    return `${waiting} of its shard's ${whom} wait for the queue ${queue}, too many to count who goes before.`;
  const who = before === 0 ? 'none goes' : before === 1 ? '1 goes' : `${before} go`;
  return `Of its shard's ${waiting} ${whom} that wait for the queue ${queue}, ${who} before it.`;
}
