/** What is true of a whole run: ended, paused, being cancelled, not taken yet, nobody there to decide. */
import { formatDuration } from '../duration.ts';
import { timerKey } from '../message.ts';
import { isRunEnded } from '../node-state.ts';
import { isCancelling } from '../run-part.ts';
import type { RunState } from '../run-state.ts';
import { iso, type Reason, reason, sentence } from './explanation.ts';
import { type ExplainFacts, inTime } from './facts.ts';
import { runLimitReasons } from './limits.ts';

export function runReasons(run: RunState, facts: ExplainFacts): Reason[] {
  const { header } = run;
  if (isRunEnded(header.status)) return [endReason(run)];
  const nobody =
    facts.orchestrators === 0
      ? [
          reason(
            'no_orchestrator',
            'No orchestrator lives, so nobody decides. Start one: sluice orchestrator',
          ),
        ]
      : [];
  return [...nobody, ...statusReasons(run, facts), ...timeoutReasons(run, facts)];
}

function endReason({ header }: RunState): Reason {
  const { status, error, startedAt, finishedAt } = header;
  const took =
    startedAt !== undefined && finishedAt !== undefined
      ? ` after ${formatDuration(finishedAt - startedAt)}`
      : '';
  const why = error
    ? `: ${error.task === undefined ? '' : `${error.task}: `}${error.code}: ${error.message}`
    : '';
  const by = error?.by === undefined ? '' : ` by ${error.by}`;
  const word = status === 'cancelled' ? `was cancelled${by}` : status;
  return reason('run_ended', sentence(`The run ${word}${took}${why}`), {
    status,
    error: error ? { ...error } : null,
  });
}

function statusReasons(run: RunState, facts: ExplainFacts): Reason[] {
  const { header } = run;
  const { cancel, paused, status } = header;
  const limits = status === 'queued' && header.seq > 0 ? runLimitReasons(run, facts) : [];
  if (limits.length > 0) return limits;
  if (status === 'queued')
    return [
      reason('run_not_taken', 'The run is stored; the orchestrator of its shard has not begun it yet.'),
    ];
  if (cancel && isCancelling(run)) {
    const why = cancel.reason === undefined ? '' : `: ${cancel.reason}`;
    return [
      reason(
        'run_cancelling',
        `${sentence(`The run is being cancelled${why}`)} Nothing new begins; what runs is told to stop.`,
        { at: iso(cancel.at), cause: cancel.code },
      ),
    ];
  }
  if (header.part && header.result) {
    const what = header.part === 'compensation' ? 'is undone' : 'is over, and its handlers run';
    return [
      reason('run_part', `The main part ${header.result.status} and ${what}.`, {
        part: header.part,
        result: header.result.status,
      }),
    ];
  }
  if (paused) {
    const why = paused.reason === undefined ? '' : ` (${paused.reason})`;
    return [
      reason(
        'run_paused',
        `The run is paused since ${iso(paused.at)}${why}: nothing new begins until \`sluice resume ${header.id}\`.`,
        { at: iso(paused.at) },
      ),
    ];
  }
  return [];
}

function timeoutReasons({ header }: RunState, facts: ExplainFacts): Reason[] {
  const at = facts.timers.get(
    timerKey('run_timeout', { run: header.id, node: 0, generation: 0, attempt: 0 }),
  );
  return at === undefined
    ? []
    : [
        reason('timer', `The run fails at its \`timeout\`, ${inTime(facts.now, at)}.`, {
          kind: 'run_timeout',
          at: iso(at),
        }),
      ];
}
