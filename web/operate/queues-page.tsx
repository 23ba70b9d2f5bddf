/** Queues: how much waits in each, since when, and why. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useNamespace } from '../api/access.ts';
import { Cell, Page, Row, Table } from '../ui/page.tsx';
import { Card, Command } from '../ui/parts.tsx';
import { Ago } from '../ui/time.tsx';
import { ListState } from './list-state.tsx';
import { queuesQuery } from './queries.ts';

export function QueuesPage() {
  const query = useQuery(queuesQuery);
  const namespace = useNamespace();
  const { queues = [], blocked = 0, reported = true } = query.data ?? {};
  return (
    <Page title="Queues">
      {reported ? null : (
        <p className="text-sm text-wait">
          No orchestrator has said what waits: is one running? <Command text="sluice orchestrator" />
        </p>
      )}
      <Card>
        <ListState query={query} isEmpty={queues.length === 0} command="sluice worker --queues default:4">
          No worker serves a queue, and nothing waits in one. Start a worker:
        </ListState>
        {queues.length === 0 ? null : (
          <Table
            label="Queues"
            head={['Queue', 'Waiting', 'Oldest', 'Running', 'Slots', 'Workers', 'Why it waits']}
          >
            {queues.map(({ name, waiting, oldest_at, oldest_run, running, slots, workers, why }) => (
              <Row key={name}>
                <Cell mono>{name}</Cell>
                <Cell>{waiting}</Cell>
                <Cell>
                  {oldest_run === null ? (
                    <span className="text-soft">–</span>
                  ) : (
                    <Link to="/runs/$run" params={{ run: oldest_run }} preload={false}>
                      <Ago at={oldest_at} />
                    </Link>
                  )}
                </Cell>
                <Cell>{running}</Cell>
                <Cell>
                  {slots}
                  <Meter used={running} of={slots} />
                </Cell>
                <Cell>{workers.length === 0 ? <span className="text-bad">none</span> : workers.length}</Cell>
                <Cell>
                  {why === 'no_worker' ? (
                    <span className="flex flex-wrap items-center gap-2 text-bad">
                      No worker serves it. <Command text={`sluice worker --queues ${name}`} />
                    </span>
                  ) : why === 'busy' ? (
                    <span className="text-wait">
                      All slots are taken; more workers or slots take more at once.
                    </span>
                  ) : why === 'starting' ? (
                    <span className="text-soft">A worker is about to take it.</span>
                  ) : (
                    <span className="text-soft">–</span>
                  )}
                </Cell>
              </Row>
            ))}
          </Table>
        )}
      </Card>
      {blocked === 0 ? null : (
        <p className="text-sm">
          {blocked === 1 ? '1 node waits for a limit and is' : `${blocked} nodes wait for a limit and are`} in
          no queue yet:{' '}
          <Link to="/ns/$namespace/limits" params={{ namespace }}>
            limits of {namespace}
          </Link>
        </p>
      )}
    </Page>
  );
}

export function Meter({ used, of }: { readonly used: number; readonly of: number }) {
  if (of === 0) return null;
  return (
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" className="mt-1 block h-1.5 w-20">
      <rect width="100" height="6" rx="3" className="fill-idle-soft" />
      <rect
        width={Math.min(100, (100 * used) / of)}
        height="6"
        rx="3"
        className={used >= of ? 'fill-wait' : 'fill-busy'}
      />
    </svg>
  );
}
