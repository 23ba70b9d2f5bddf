/** A namespace at a glance: what runs, how it went, and what needs somebody. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { useAccess } from '../api/access.ts';
import { useLiveRuns } from '../api/live.ts';
import { queuesQuery, workersQuery } from '../operate/queries.ts';
import type { Since } from '../runs/views.ts';
import { CostCard } from '../ui/cost-card.tsx';
import { Page } from '../ui/page.tsx';
import { Card, Trouble } from '../ui/parts.tsx';
import { Firing } from './firing.tsx';
import { Needs } from './needs.tsx';
import { type Statistics, statisticsQuery } from './queries.ts';
import { Recent } from './recent.tsx';

const HoursChart = lazy(() => import('./hours-chart.tsx').then((file) => ({ default: file.HoursChart })));
const route = getRouteApi('/ns/$namespace');
const SPANS = [
  [undefined, 'day'],
  [7, 'week'],
  [30, 'month'],
] as const;

export function OverviewPage() {
  const { namespace } = route.useParams();
  const { days } = route.useSearch();
  useLiveRuns(namespace);
  const day = useQuery(statisticsQuery(namespace, 24));
  const shown = useQuery(statisticsQuery(namespace, 24 * (days ?? 1)));
  if (day.error) return <Trouble error={day.error} />;
  return (
    <Page title="Overview">
      {day.data === undefined ? (
        <p className="p-3 text-soft">Loading…</p>
      ) : (
        <Figures namespace={namespace} of={day.data} />
      )}
      <Firing namespace={namespace} />
      <div className="grid gap-3 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Card
          title="Runs that ended"
          side={
            <span className="flex gap-3 text-sm">
              {SPANS.map(([span, label]) => (
                <Link
                  key={label}
                  to="/ns/$namespace"
                  params={{ namespace }}
                  search={{ days: span }}
                  {...(span === days
                    ? { 'aria-current': 'true' as const, className: 'font-semibold underline' }
                    : {})}
                >
                  {label}
                </Link>
              ))}
            </span>
          }
        >
          {shown.data === undefined ? (
            <p className="h-56 p-3 text-soft">Loading…</p>
          ) : (
            <Suspense fallback={<p className="h-56 p-3 text-soft">Loading…</p>}>
              <HoursChart hours={shown.data.hours} />
            </Suspense>
          )}
        </Card>
        <Needs namespace={namespace} />
      </div>
      <CostCard namespace={namespace} />
      <Recent namespace={namespace} />
    </Page>
  );
}

function Figures({ namespace, of }: { readonly namespace: string; readonly of: Statistics }) {
  const sum = (what: 'succeeded' | 'failed') => of.hours.reduce((total, hour) => total + hour[what], 0);
  const { running = 0, queued = 0, paused = 0 } = of.active;
  const [failed, succeeded] = [sum('failed'), sum('succeeded')];
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-6">
      <Figure label="running now" tone="text-busy" value={running} more={of.more}>
        <RunsLink namespace={namespace} status="running" />
      </Figure>
      <Figure label="queued" tone="text-wait" value={queued}>
        <RunsLink namespace={namespace} status="queued" />
      </Figure>
      <Figure label="paused" tone="text-wait" value={paused}>
        <RunsLink namespace={namespace} status="paused" />
      </Figure>
      {/* Each end counts, so a run that was retried may have several. */}
      <Figure label="failures, last day" tone="text-bad" value={failed}>
        <RunsLink namespace={namespace} status="failed" since="24h" />
      </Figure>
      <Figure label="successes, last day" tone="text-ok" value={succeeded}>
        <RunsLink namespace={namespace} status="succeeded" since="24h" />
      </Figure>
      <Machines />
    </div>
  );
}

/** Only whoever may see the installation sees its workers. */
function Machines() {
  const isHidden = useAccess().refusal('viewer', true) !== undefined;
  const workers = useQuery({ ...workersQuery, enabled: !isHidden });
  const queues = useQuery({ ...queuesQuery, enabled: !isHidden });
  if (isHidden) return null;
  const waiting = queues.data?.queues.reduce((total, one) => total + one.waiting, 0) ?? 0;
  const count = workers.data?.workers.length ?? 0;
  return (
    <Figure
      label={count === 1 ? 'worker' : 'workers'}
      tone={workers.data !== undefined && count === 0 ? 'text-bad' : 'text-text'}
      value={count}
    >
      <Link to="/queues">{waiting === 0 ? 'nothing waits' : `${waiting} waiting`}</Link>
    </Figure>
  );
}

interface RunsLinkProps {
  readonly namespace: string;
  readonly status: string;
  readonly since?: Since;
}

function RunsLink({ namespace, status, since }: RunsLinkProps) {
  return (
    <Link
      to="/ns/$namespace/runs"
      params={{ namespace }}
      search={{ status, since }}
      aria-label={`Runs that are ${status}`}
    >
      which
    </Link>
  );
}

function Figure({
  label,
  value,
  tone,
  more = false,
  children,
}: {
  readonly label: string;
  readonly value: number;
  readonly tone: string;
  readonly more?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div className="rounded-lg border border-line bg-card px-3 py-2">
      <p className={`text-2xl font-semibold tabular-nums ${value === 0 ? 'text-soft' : tone}`}>
        {value}
        {more ? '+' : ''}
      </p>
      <p className="flex justify-between gap-2 text-xs text-soft">
        {label} {children}
      </p>
    </div>
  );
}
