/** `notify` of a task or a workflow → the plan's: a channel, or several, each with its occasions. */
import type { PlanNotification } from '../engine/core/plan.ts';
import { oneOrMany } from './schema/limit.ts';
import { DEFAULT_OCCASIONS, type NotifySource } from './schema/notify.ts';

export function compileNotify(source: NotifySource | undefined): PlanNotification[] | undefined {
  if (source === undefined) return undefined;
  return oneOrMany<Exclude<NotifySource, readonly unknown[]>>(source).map((one) => {
    if (typeof one === 'string') return { channel: one, on: DEFAULT_OCCASIONS };
    const { channel, on = DEFAULT_OCCASIONS, text } = one;
    return {
      channel,
      on: oneOrMany<PlanNotification['on'][number]>(on),
      ...(text === undefined ? {} : { text }),
    };
  });
}
