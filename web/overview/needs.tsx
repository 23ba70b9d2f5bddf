/** What does not go on by itself. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card, Trouble } from '../ui/parts.tsx';
import { Ago } from '../ui/time.tsx';
import { type Attention, attentionQuery } from './queries.ts';

export function Needs({ namespace }: { readonly namespace: string }) {
  const { data, error } = useQuery(attentionQuery(namespace));
  const isQuiet = data !== undefined && countOf(data) === 0;
  return (
    <Card title="Needs somebody">
      {error ? <Trouble error={error} /> : null}
      {isQuiet ? (
        <p className="p-3 text-sm text-soft">
          Nothing. No run has failed within a day, and none waits for anybody.
        </p>
      ) : null}
      {data === undefined ? null : <List namespace={namespace} of={data} />}
    </Card>
  );
}

function countOf({ failed, paused, waiting, schedules, notifications }: Attention): number {
  return failed.length + paused.length + waiting.length + schedules.length + notifications;
}

function List({ namespace, of }: { readonly namespace: string; readonly of: Attention }) {
  const toRun = (run: string, node?: string) =>
    ({ to: '/ns/$namespace/runs/$run', params: { namespace, run }, search: { node } }) as const;
  return (
    <ul className="max-h-64 overflow-y-auto text-sm">
      {of.waiting.map(({ run, workflow, node, for: what, signal, until }) => (
        <Item key={`${run} ${node}`} sign="◔" tone="text-wait">
          <Link {...toRun(run, node)}>
            {workflow} › {node}
          </Link>{' '}
          <span className="font-mono text-xs text-soft" title={run}>
            …{run.slice(-6)}
          </span>{' '}
          waits for {what === 'approval' ? 'an approval' : `the signal ${signal}`}
          {until === null ? '' : ', until '}
          {until === null ? null : <Ago at={until} />}
        </Item>
      ))}
      {of.failed.map(({ id, workflow, finished_at }) => (
        <Item key={id} sign="✗" tone="text-bad">
          <Link {...toRun(id)}>{workflow}</Link> failed <Ago at={finished_at} />
        </Item>
      ))}
      {of.paused.map(({ id, workflow, created_at }) => (
        <Item key={id} sign="◔" tone="text-wait">
          <Link {...toRun(id)}>{workflow}</Link> is paused, started <Ago at={created_at} />
        </Item>
      ))}
      {of.schedules.map(({ workflow, trigger, paused, reason, problem }) => (
        <Item
          key={`${workflow} ${trigger}`}
          sign={paused ? '◔' : '✗'}
          tone={paused ? 'text-wait' : 'text-bad'}
        >
          <Link to="/ns/$namespace/schedules" params={{ namespace }}>
            the schedule of {workflow}
          </Link>{' '}
          {paused ? `is paused${reason === null ? '' : `: ${reason}`}` : `could not start a run: ${problem}`}
        </Item>
      ))}
      {of.notifications === 0 ? null : (
        <Item sign="✗" tone="text-bad">
          <Link to="/ns/$namespace/notifications" params={{ namespace }} search={{ state: 'dead' }}>
            {of.notifications === 1 ? '1 notification was' : `${of.notifications} notifications were`} given
            up
          </Link>
        </Item>
      )}
    </ul>
  );
}

function Item({
  sign,
  tone,
  children,
}: {
  readonly sign: string;
  readonly tone: string;
  readonly children: ReactNode;
}) {
  return (
    <li data-row="" className="flex gap-2 border-t border-line px-3 py-1.5 first:border-0">
      <span aria-hidden="true" className={tone}>
        {sign}
      </span>
      <span className="min-w-0 [&_a]:underline">{children}</span>
    </li>
  );
}
