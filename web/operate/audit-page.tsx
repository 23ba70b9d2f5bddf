/** Who changed what and when; and whether the record is whole. The filter stands in the address. */
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useAccess } from '../api/access.ts';
import { get } from '../api/http.ts';
import { Cell, INPUT, Page, Row, Table } from '../ui/page.tsx';
import { Button, Card, Empty, Trouble } from '../ui/parts.tsx';
import { Ago } from '../ui/time.tsx';
import { ListState } from './list-state.tsx';
import { type AuditFilter, type AuditVerdict, auditQuery } from './queries.ts';

const route = getRouteApi('/audit');
const FILTERS = [
  ['who', 'Who'],
  ['action', 'Action, such as run.cancel or token'],
  ['object', 'Object'],
  ['namespace', 'Namespace'],
] as const satisfies readonly (readonly [keyof AuditFilter, string])[];

export function AuditPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const why = useAccess().refusal('admin', true);
  const query = useInfiniteQuery({ ...auditQuery(filter), enabled: why === undefined });
  const records = query.data?.pages.flatMap((page) => page.records) ?? [];
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  if (why !== undefined) return <Empty>{why}</Empty>;
  return (
    <Page title="Audit" actions={<Verify />}>
      <form
        className="flex flex-wrap gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget);
          const search = Object.fromEntries(
            FILTERS.map(([name]) => [name, String(given.get(name) ?? '').trim() || undefined]),
          );
          void navigate({ search });
        }}
      >
        {FILTERS.map(([name, label]) => (
          <input
            key={`${name} ${filter[name] ?? ''}`}
            type="search"
            name={name}
            aria-label={label}
            placeholder={label}
            defaultValue={filter[name] ?? ''}
            className={`${INPUT} w-48`}
          />
        ))}
        <Button type="submit">Filter</Button>
        {isFiltered ? <Button onClick={() => void navigate({ search: {} })}>Show all</Button> : null}
      </form>
      <Card>
        <ListState query={query} isEmpty={records.length === 0}>
          {isFiltered ? 'No change is like that.' : 'Nobody has changed anything yet.'}
        </ListState>
        {records.length === 0 ? null : (
          <Table label="Changes" head={['When', 'Who', 'Action', 'Object', 'Namespace', 'How it went']}>
            {records.map(({ n, at, who, action, object, namespace, failed }) => (
              <Row key={n}>
                <Cell>
                  <Ago at={new Date(at).toISOString()} />
                </Cell>
                <Cell>
                  <Link to="/audit" search={{ ...filter, who: who.name }}>
                    {who.name}
                  </Link>{' '}
                  <span className="text-xs text-soft">
                    {who.kind}
                    {who.address === undefined ? '' : ` from ${who.address}`}
                  </span>
                </Cell>
                <Cell>
                  <Link to="/audit" search={{ ...filter, action }}>
                    {action}
                  </Link>
                </Cell>
                <Cell>
                  <span className="break-all font-mono text-xs">
                    <ObjectName object={object} namespace={namespace} />
                  </span>
                </Cell>
                <Cell>{namespace ?? <span className="text-soft">–</span>}</Cell>
                <Cell>
                  {failed === undefined ? (
                    <span className="text-soft">done</span>
                  ) : (
                    <span className="text-bad">✗ {failed.code}</span>
                  )}
                </Cell>
              </Row>
            ))}
          </Table>
        )}
        {query.hasNextPage ? (
          <div className="p-3 text-center">
            <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Earlier changes
            </Button>
          </div>
        ) : null}
      </Card>
    </Page>
  );
}

function ObjectName({
  object,
  namespace,
}: {
  readonly object: string;
  readonly namespace: string | undefined;
}) {
  const [, run] = /^run\/([0-9A-HJKMNP-TV-Z]{26})$/.exec(object) ?? [];
  if (run === undefined || namespace === undefined) return object;
  return (
    <Link to="/ns/$namespace/runs/$run" params={{ namespace, run }}>
      {object}
    </Link>
  );
}

function Verify() {
  const verify = useMutation({ mutationFn: () => get<AuditVerdict>('/api/v1/audit/verify') });
  const verdict = verify.data;
  return (
    <>
      <span aria-live="polite" className="text-sm">
        {verdict === undefined ? null : verdict.whole ? (
          <span className="text-ok">
            ✓ whole: {verdict.records} records, head {verdict.head.n}
          </span>
        ) : (
          <span className="text-bad">✗ {verdict.problems.length} records were changed, removed or moved</span>
        )}
      </span>
      {verify.error ? <Trouble error={verify.error} /> : null}
      <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
        {verify.isPending ? 'Verifying…' : 'Verify the record'}
      </Button>
    </>
  );
}
