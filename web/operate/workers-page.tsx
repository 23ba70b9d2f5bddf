/** Workers that live, with what they can and do; and the orchestrators. */
import { useQuery } from '@tanstack/react-query';
import { Cell, Page, Row, Table } from '../ui/page.tsx';
import { Card } from '../ui/parts.tsx';
import { Ago } from '../ui/time.tsx';
import { ListState } from './list-state.tsx';
import { workersQuery } from './queries.ts';
import { Meter } from './queues-page.tsx';

export function WorkersPage() {
  const query = useQuery(workersQuery);
  const { workers = [], orchestrators = [] } = query.data ?? {};
  const versions = new Set(workers.map(({ version }) => version));
  return (
    <Page title="Workers">
      {versions.size > 1 ? (
        <p className="text-sm text-wait">
          Workers of {versions.size} versions are running: {[...versions].join(', ')}.
        </p>
      ) : null}
      <Card>
        <ListState query={query} isEmpty={workers.length === 0} command="sluice worker --queues default:4">
          No worker lives, so tasks wait. Start one:
        </ListState>
        {workers.length === 0 ? null : (
          <Table
            label="Workers"
            head={['Worker', 'Heartbeat', 'Queues', 'Load', 'Labels', 'Executors', 'Version', 'Since']}
          >
            {workers.map(({ session, name, queues, running, labels, executors, version, started_at }) => {
              const slots = Object.values(queues).reduce((sum, one) => sum + one, 0);
              return (
                <Row key={session}>
                  <Cell mono>{name}</Cell>
                  <Cell>
                    <span className="text-ok">● alive</span>
                  </Cell>
                  <Cell>
                    {Object.entries(queues).map(([queue, one]) => (
                      <p key={queue} className="whitespace-nowrap">
                        <code>{queue}</code> <span className="text-soft">{one} slots</span>
                      </p>
                    ))}
                  </Cell>
                  <Cell>
                    {running} of {slots}
                    <Meter used={running} of={slots} />
                  </Cell>
                  <Cell>
                    {Object.entries(labels).map(([label, value]) => (
                      <p key={label}>
                        {label}={value}
                      </p>
                    ))}
                  </Cell>
                  <Cell>
                    <span className="text-xs">{executors.join(', ')}</span>
                  </Cell>
                  <Cell>{version}</Cell>
                  <Cell>
                    <Ago at={started_at} />
                  </Cell>
                </Row>
              );
            })}
          </Table>
        )}
      </Card>
      <p className="text-xs text-soft">
        A worker that is silent for longer than its heartbeat allows leaves this list, and what it worked on
        goes to others. To drain one, send it SIGTERM: it takes no more and finishes what it has.
      </p>
      <Card title={`Orchestrators (${orchestrators.length})`}>
        <ul className="p-3 font-mono text-xs">
          {orchestrators.map((id) => (
            <li key={id}>{id}</li>
          ))}
        </ul>
      </Card>
    </Page>
  );
}
