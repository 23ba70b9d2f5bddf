/** Schedules with their next runs; pausing them, running times of the past, and trying an expression before it is written anywhere. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ActionButton } from '../ui/action-button.tsx';
import { Cell, Page, Row, Table } from '../ui/page.tsx';
import { Button, Card } from '../ui/parts.tsx';
import { Ago, At, intervalWords } from '../ui/time.tsx';
import { BackfillDialog } from './backfill-dialog.tsx';
import { Backfills } from './backfills.tsx';
import { ListState } from './list-state.tsx';
import { PauseDialog } from './pause-dialog.tsx';
import { type Schedule, schedulesQuery } from './queries.ts';
import { TryDialog } from './try-dialog.tsx';

const route = getRouteApi('/ns/$namespace/schedules');
type Asked = { readonly what: 'pause' | 'backfill'; readonly schedule: Schedule } | { readonly what: 'try' };

export function SchedulesPage() {
  const { namespace } = route.useParams();
  const query = useQuery(schedulesQuery(namespace));
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const schedules = query.data?.schedules ?? [];
  return (
    <Page
      title="Schedules"
      actions={<Button onClick={() => setAsked({ what: 'try' })}>Try an expression…</Button>}
    >
      <Card>
        <ListState query={query} isEmpty={schedules.length === 0} command="sluice apply workflow.yaml">
          No workflow of this namespace has a schedule. Give one{' '}
          <code>
            triggers: [{'{'} cron: "0 6 * * *" {'}'}]
          </code>{' '}
          and apply it:
        </ListState>
        {schedules.length === 0 ? null : (
          <Table label="Schedules" head={['Workflow', 'When', 'Next', 'Last', 'State', '']}>
            {schedules.map((one) => (
              <Line
                key={`${one.workflow} ${one.trigger}`}
                namespace={namespace}
                schedule={one}
                onAsk={(what) => setAsked({ what, schedule: one })}
              />
            ))}
          </Table>
        )}
      </Card>
      {asked?.what === 'try' ? <TryDialog namespace={namespace} onClose={close} /> : null}
      {asked?.what === 'pause' ? (
        <PauseDialog namespace={namespace} schedule={asked.schedule} onClose={close} />
      ) : null}
      {asked?.what === 'backfill' ? (
        <BackfillDialog namespace={namespace} schedule={asked.schedule} onClose={close} />
      ) : null}
    </Page>
  );
}

function Line({
  namespace,
  schedule,
  onAsk,
}: {
  readonly namespace: string;
  readonly schedule: Schedule;
  readonly onAsk: (what: 'pause' | 'backfill') => void;
}) {
  const { workflow, next, last, paused, problem, waiting } = schedule;
  return (
    <Row>
      <Cell>
        <Link to="/ns/$namespace/runs" params={{ namespace }} search={{ workflow }}>
          {workflow}
        </Link>
      </Cell>
      <Cell>{whenWords(schedule)}</Cell>
      <Cell>{paused === null ? <NextRun at={next} /> : <span className="text-soft">–</span>}</Cell>
      <Cell>
        {last === null ? (
          <span className="text-soft">never</span>
        ) : (
          <Link to="/ns/$namespace/runs/$run" params={{ namespace, run: last.run }}>
            <Ago at={last.logical_time} />
          </Link>
        )}
      </Cell>
      <Cell>
        {paused === null ? (
          <span className="text-ok">on</span>
        ) : (
          <span className="text-wait">◔ paused{paused.reason === null ? '' : `: ${paused.reason}`}</span>
        )}
        {problem === null ? null : <p className="text-bad">✗ {problem.message}</p>}
        {waiting.length === 0 ? null : (
          <p className="text-soft">{waiting.length} waiting for the run before</p>
        )}
        <Backfills namespace={namespace} schedule={schedule} />
      </Cell>
      <Cell>
        <div className="flex justify-end gap-2">
          <ActionButton
            needs="operator"
            onClick={() => onAsk('pause')}
            aria-label={`${paused ? 'Resume' : 'Pause'} ${workflow}…`}
          >
            {paused ? 'Resume…' : 'Pause…'}
          </ActionButton>
          <ActionButton
            needs="operator"
            because={
              schedule.kind === 'after'
                ? 'It follows another workflow and has no times of its own.'
                : undefined
            }
            onClick={() => onAsk('backfill')}
            aria-label={`Backfill ${workflow}…`}
          >
            Backfill…
          </ActionButton>
        </div>
      </Cell>
    </Row>
  );
}

function NextRun({ at }: { readonly at: string | null }) {
  if (at === null) return <span className="text-soft">none</span>;
  return (
    <span className="flex flex-wrap gap-x-2">
      <At at={at} />
      <span className="text-soft">
        <Ago at={at} />
      </span>
    </span>
  );
}

function whenWords({ kind, cron, timezone, everyMs, atMs, ...rest }: Schedule) {
  if (kind === 'cron')
    return (
      <>
        <code>{cron}</code> <span className="text-soft">{timezone}</span>
      </>
    );
  if (kind === 'every') return `every ${intervalWords(everyMs ?? 0)}`;
  if (kind === 'at') return <At at={new Date(atMs ?? 0).toISOString()} />;
  const after: { readonly [member: string]: unknown } = rest;
  return `number ${String(after['trigger'])}, after other runs`;
}
