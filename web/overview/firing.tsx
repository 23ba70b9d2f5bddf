/** What fires now. Nothing is shown while nothing does. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card, Trouble } from '../ui/parts.tsx';
import { Ago } from '../ui/time.tsx';
import { type Alerts, alertsQuery } from './queries.ts';

type Alert = Alerts[number];

const WORDS: { readonly [rule in Alert['rule']]: string } = {
  failure: 'fails',
  late: 'late',
  slow: 'slow',
  queue_stuck: 'queue stuck',
  worker_lost: 'worker lost',
  schedule_missed: 'schedule missed',
};

export function Firing({ namespace }: { readonly namespace: string }) {
  const { data = [], error } = useQuery(alertsQuery(namespace));
  if (error) return <Trouble error={error} />;
  if (data.length === 0) return null;
  return (
    <Card title={data.length === 1 ? '1 alert fires' : `${data.length} alerts fire`}>
      <ul className="max-h-56 overflow-y-auto text-sm">
        {data.map((alert) => (
          <li
            key={alert.id}
            data-row=""
            className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-3 border-t border-line px-3 py-1.5 first:border-0 max-sm:grid-cols-1"
          >
            <span className="font-medium text-bad">▲ {WORDS[alert.rule]}</span>
            <span className="min-w-0 break-words [&_a]:underline">
              <About alert={alert}>{alert.summary}</About>{' '}
              <span className="text-soft">
                {alert.count > 1 ? `${alert.count} times, ` : ''}since <Ago at={alert.since} />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Leads to where something can be done about it. */
function About({ alert, children }: { readonly alert: Alert; readonly children: ReactNode }) {
  const { rule, run, namespace } = alert;
  if (namespace !== null && run !== null)
    return (
      <Link to="/ns/$namespace/runs/$run" params={{ namespace, run }}>
        {children}
      </Link>
    );
  if (namespace !== null)
    return (
      <Link to="/ns/$namespace/schedules" params={{ namespace }}>
        {children}
      </Link>
    );
  return <Link to={rule === 'worker_lost' ? '/workers' : '/queues'}>{children}</Link>;
}
