/** The newest runs; and where there is none, the command that makes the first. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { runsQuery } from '../api/queries.ts';
import { Cell, Row, Table } from '../ui/page.tsx';
import { Card, Empty } from '../ui/parts.tsx';
import { Status } from '../ui/status.tsx';
import { Ago, Took } from '../ui/time.tsx';

const SHOWN = 10;

export function Recent({ namespace }: { readonly namespace: string }) {
  const { data } = useInfiniteQuery(runsQuery(namespace, {}));
  const runs = data?.pages[0]?.runs.slice(0, SHOWN) ?? [];
  return (
    <Card
      title="Newest runs"
      side={
        <Link to="/ns/$namespace/runs" params={{ namespace }} className="text-sm">
          all runs
        </Link>
      }
    >
      {data !== undefined && runs.length === 0 ? (
        <Empty command="npx sluice init hello && npx sluice start hello/workflow.yaml">
          There are no runs yet. Start the first one:
        </Empty>
      ) : null}
      {runs.length === 0 ? null : (
        <Table label="Newest runs" head={['Workflow', 'Run', 'Status', 'Started', 'Took']}>
          {runs.map((run) => (
            <Row key={run.id}>
              <Cell>
                <Link to="/ns/$namespace/runs/$run" params={{ namespace, run: run.id }}>
                  {run.workflow}
                </Link>
              </Cell>
              <Cell mono>{run.id}</Cell>
              <Cell>
                <Status state={run.status} />
              </Cell>
              <Cell>
                <Ago at={run.created_at} />
              </Cell>
              <Cell>
                <Took from={run.created_at} to={run.finished_at} />
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </Card>
  );
}
