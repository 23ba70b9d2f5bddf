/** Limits: who holds them, who waits, and an operator's own bound. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ActionButton } from '../ui/action-button.tsx';
import { Cell, Page, Row, Table } from '../ui/page.tsx';
import { Card } from '../ui/parts.tsx';
import { Ago, durationWords } from '../ui/time.tsx';
import { LimitDialog } from './limit-dialog.tsx';
import { ListState } from './list-state.tsx';
import { type Limit, limitsQuery } from './queries.ts';

const route = getRouteApi('/ns/$namespace/limits');
/** Holders and waiters of a limit that are shown; the count says how many more there are. */
const SHOWN = 8;

export function LimitsPage() {
  const { namespace } = route.useParams();
  const query = useQuery(limitsQuery(namespace));
  const [asked, setAsked] = useState<{ readonly limit: Limit | undefined }>();
  const limits = query.data?.limits ?? [];
  return (
    <Page
      title="Limits"
      actions={
        <ActionButton needs="operator" onClick={() => setAsked({ limit: undefined })}>
          Set a limit…
        </ActionButton>
      }
    >
      <Card>
        <ListState
          query={query}
          isEmpty={limits.length === 0}
          command="sluice limits set deploy-prod --limit 1"
        >
          No run uses a limit now, and nobody has set one. A task gets one by{' '}
          <code>
            concurrency: {'{'} key: deploy-prod, limit: 1 {'}'}
          </code>
          ; you set one by:
        </ListState>
        {limits.length === 0 ? null : (
          <Table label="Limits" head={['Key', 'Limit', 'Used', 'Held by', 'Waiting', '']}>
            {limits.map((limit) => (
              <Line
                key={`${limit.kind} ${limit.key}`}
                namespace={namespace}
                limit={limit}
                onAsk={() => setAsked({ limit })}
              />
            ))}
          </Table>
        )}
      </Card>
      {asked === undefined ? null : (
        <LimitDialog namespace={namespace} limit={asked.limit} onClose={() => setAsked(undefined)} />
      )}
    </Page>
  );
}

function Line({
  namespace,
  limit: { key, kind, limit, per_ms, set_by, differs, used, holders, waiters },
  onAsk,
}: {
  readonly namespace: string;
  readonly limit: Limit;
  readonly onAsk: () => void;
}) {
  const isFull = limit !== null && used >= limit;
  return (
    <Row>
      <Cell mono>{key}</Cell>
      <Cell>
        {limit ?? '–'}
        {kind === 'rate' && per_ms !== null ? ` per ${durationWords(per_ms)}` : ''}
        {set_by === null ? null : <p className="text-xs text-soft">set by {set_by}</p>}
        {differs === null ? null : (
          <p className="text-xs text-wait">
            {differs.workflow} declares {differs.limit}
          </p>
        )}
      </Cell>
      <Cell>
        <span className={isFull ? 'font-medium text-wait' : ''}>
          {used}
          {isFull ? ' (full)' : ''}
        </span>
      </Cell>
      <Cell>
        <Entries namespace={namespace} entries={holders} />
      </Cell>
      <Cell>
        <Entries namespace={namespace} entries={waiters} />
      </Cell>
      <Cell>
        <div className="flex justify-end">
          <ActionButton needs="operator" onClick={onAsk} aria-label={`Change ${key}…`}>
            Change…
          </ActionButton>
        </div>
      </Cell>
    </Row>
  );
}

function Entries({ namespace, entries }: { readonly namespace: string; readonly entries: Limit['holders'] }) {
  if (entries.length === 0) return <span className="text-soft">–</span>;
  return (
    <ul>
      {entries.slice(0, SHOWN).map(({ run, workflow, node, since }) => (
        <li key={`${run} ${node}`} className="whitespace-nowrap">
          <Link
            to="/ns/$namespace/runs/$run"
            params={{ namespace, run }}
            search={{ node: node ?? undefined }}
          >
            {workflow}
            {node === null ? '' : ` › ${node}`}
          </Link>{' '}
          <span className="text-soft">
            <Ago at={since} />
          </span>
        </li>
      ))}
      {entries.length > SHOWN ? <li className="text-soft">and {entries.length - SHOWN} more</li> : null}
    </ul>
  );
}
