/** What runs cost in the last 30 days, as bars by day; absent where nothing cost anything. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { z } from 'zod';
import type { getCost } from '../../server/operations/costs.ts';
import { apiPath, get } from '../api/http.ts';
import { Card } from './parts.tsx';

type CostReport = z.infer<(typeof getCost)['reply']>;

const DAYS = 30;
/** Workflows that are named. */
const NAMED = 5;

/** Below the key of the lists of runs, so that the stream of changes refreshes it as well. */
const costQuery = (namespace: string, workflow: string | undefined) =>
  queryOptions({
    queryKey: ['runs', namespace, 'cost', workflow],
    queryFn: ({ signal }) => get<CostReport>(apiPath(namespace, 'cost'), { days: DAYS, workflow }, signal),
  });

export function CostCard({
  namespace,
  workflow,
}: {
  readonly namespace: string;
  readonly workflow?: string;
}) {
  const { data } = useQuery(costQuery(namespace, workflow));
  if (data === undefined || data.total === 0) return null;
  return (
    <Card
      title="Cost of the last 30 days"
      side={<span className="tabular-nums">{shownCost(data.total)}</span>}
    >
      <Bars days={data.days} />
      {workflow === undefined ? <Dearest namespace={namespace} report={data} /> : null}
    </Card>
  );
}

function Bars({ days }: { readonly days: CostReport['days'] }) {
  const most = Math.max(...days.map(({ cost }) => cost));
  const dearest = days.find(({ cost }) => cost === most);
  return (
    <div
      role="img"
      aria-label={`Cost by day; most on ${dearest?.day}: ${shownCost(most)}`}
      className="flex h-24 items-end gap-px p-3"
    >
      {days.map(({ day, cost }) => (
        <div
          key={day}
          title={`${day}: ${shownCost(cost)}`}
          className={`min-h-px flex-1 rounded-t-sm ${cost === 0 ? 'bg-sunk' : 'bg-accent'}`}
          style={{ height: `${(100 * cost) / most}%` }}
        />
      ))}
    </div>
  );
}

function Dearest({ namespace, report }: { readonly namespace: string; readonly report: CostReport }) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 border-t border-line px-3 py-2 text-sm">
      {report.workflows.slice(0, NAMED).map(({ workflow, cost }) => (
        <li key={workflow}>
          <Link to="/ns/$namespace/workflows/$workflow" params={{ namespace, workflow }}>
            {workflow}
          </Link>{' '}
          <span className="tabular-nums text-soft">{shownCost(cost)}</span>
        </li>
      ))}
    </ul>
  );
}

/** Four digits are enough to compare. */
export function shownCost(cost: number): string {
  return cost.toLocaleString('en', { maximumSignificantDigits: 4 });
}
