/** Alerts about one run: it is late by its deadline, or slow by what is usual. They end with the run, whose header remembers them. */
import type { Scope } from '../../expression/index.ts';
import type { JsonObject } from '../../json.ts';
import { type AlertTarget, alertTold } from '../../notification/alert.ts';
import { alertMessage } from '../../notification/message.ts';
import { notificationsAddress } from '../../notification/notification.ts';
import type { Plan } from '../../plan.ts';
import type { Post } from '../../post.ts';
import type { RunHeader } from '../../run-header.ts';
import type { RunState } from '../../run-state.ts';
import { runScope } from '../../scope.ts';
import type { Turn } from '../turn.ts';
import { runData, textOf } from './content.ts';

type RunAlert = NonNullable<RunHeader['alerts']>[number];

const WORDS = {
  late: 'is late: it has passed its deadline',
  slow: 'takes longer than usual',
} as const;

/** It fires from now on, until the run ends. */
export function fireForRun(turn: Turn, run: RunState, rule: RunAlert['rule'], more = ''): void {
  const { header, plan } = run;
  const alert: RunAlert = { rule, since: turn.now };
  header.alerts = [...(header.alerts ?? []), alert];
  turn.saveHeader(run);
  const targets = turn.facts.alertsOf?.(header.namespace, header.workflow) ?? [];
  const text = `${header.workflow}: run ${header.id} ${WORDS[rule]}${more}`;
  turn.post(
    postOf({
      header,
      plan,
      targets,
      alert,
      state: 'firing',
      at: turn.now,
      text,
      scope: runScope(run, turn.now),
    }),
  );
}

/** The run has ended, and with it what fired about it. Takes it out of the header. */
export function alertEndPosts(
  header: RunHeader,
  plan: Plan | undefined,
  targets: readonly AlertTarget[],
): Post[] {
  const { alerts = [], id, workflow, status, finishedAt: at = 0 } = header;
  delete header.alerts;
  return alerts.map((alert) => {
    const was = alert.rule === 'late' ? 'late' : 'slower than usual';
    const text = `${workflow}: run ${id}, which was ${was}, has ended: ${status}`;
    return postOf({ header, plan, targets, alert, state: 'resolved', at, text });
  });
}

interface Telling {
  readonly header: RunHeader;
  readonly plan: Plan | undefined;
  readonly targets: readonly AlertTarget[];
  readonly alert: RunAlert;
  readonly state: 'firing' | 'resolved';
  readonly at: number;
  readonly text: string;
  /** Absent: own texts of rules are left out. */
  readonly scope?: Scope;
}

function postOf({ header, plan, targets, alert, state, at, text, scope }: Telling): Post {
  const { id, namespace, workflow } = header;
  const { rule, since } = alert;
  const isLate = rule === 'late' && state === 'firing';
  const told = alertTold(targets, rule, state, {
    namespace,
    at,
    text,
    name: [id, String(since)],
    ...(isLate ? { type: 'run.late' } : {}),
    data: runData(header, false) as JsonObject,
    secrets: plan?.secrets ?? [],
    ...(scope ? { textOf: (own) => textOf(own, scope).text } : {}),
  });
  const news = { rule, subject: id, state, since, at, summary: text, run: id };
  return { kind: 'message', message: alertMessage(notificationsAddress(namespace, workflow), news, told) };
}
