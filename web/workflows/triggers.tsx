/** What starts a workflow, and when it does next. */
import { useQuery } from '@tanstack/react-query';
import { Empty } from '../ui/parts.tsx';
import { At, clockWords, durationWords } from '../ui/time.tsx';
import { nextTimesQuery, schedulesQuery, type Workflow, type WorkflowRef } from './queries.ts';

type Trigger = Workflow['triggers'][number];

export function Triggers({
  place,
  triggers,
}: {
  readonly place: WorkflowRef;
  readonly triggers: readonly Trigger[];
}) {
  const schedules = useQuery(schedulesQuery(place.namespace)).data ?? [];
  if (triggers.length === 0)
    return (
      <Empty>Nothing starts it by itself. Add `triggers:` to its file, such as `- cron: "0 6 * * *"`.</Empty>
    );
  return (
    <ol className="text-sm">
      {triggers.map((trigger, number) => {
        const schedule = schedules.find((one) => one.workflow === place.workflow && one.trigger === number);
        const isPaused = schedule !== undefined && schedule['paused'] != null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a trigger is known by its number.
          <li key={number} className="flex flex-col gap-1 border-t border-line px-3 py-2 first:border-t-0">
            <p>
              <span className="font-medium">{sentenceOf(trigger)}</span>{' '}
              {isPaused ? <span className="text-wait">paused</span> : null}
            </p>
            {schedule === undefined || isPaused || trigger.kind === 'after' ? null : (
              <NextTimes place={place} number={number} />
            )}
          </li>
        );
      })}
    </ol>
  );
}

function NextTimes({ place, number }: { readonly place: WorkflowRef; readonly number: number }) {
  const { data } = useQuery(nextTimesQuery(place, number));
  if (data === undefined) return null;
  if (data.next.length === 0) return <p className="text-soft">It starts no more runs.</p>;
  return (
    <p className="flex flex-wrap gap-x-4 text-soft">
      Next:
      {data.next.map((at) => (
        <At key={at} at={at} />
      ))}
    </p>
  );
}

function sentenceOf(trigger: Trigger): string {
  const text = (name: string) => String(trigger[name] ?? '');
  switch (trigger.kind) {
    case 'cron':
      return `At ${text('cron')} (${text('timezone')})`;
    case 'every':
      return `Every ${durationWords(Number(trigger['everyMs']))}`;
    case 'at':
      return `Once, at ${clockWords(new Date(Number(trigger['atMs'])).toISOString())}`;
    case 'after':
      return `After runs of ${text('workflow')}`;
    case 'webhook':
      return `By requests to /hooks/NAMESPACE/${text('path')}${trigger['secret'] === undefined ? '' : `, signed with the secret ${text('secret')}`}`;
    case 'kafka':
      return `By messages of the topic ${text('topic')}`;
  }
}
