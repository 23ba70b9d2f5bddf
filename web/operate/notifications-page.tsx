/** What was told to whom: what was delivered, what waits for another try, what was given up; and the channels. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useAccess } from '../api/access.ts';
import { apiPath, post } from '../api/http.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Cell, INPUT, Page, Row, Table } from '../ui/page.tsx';
import { Card, Trouble } from '../ui/parts.tsx';
import { Ago } from '../ui/time.tsx';
import { ListState } from './list-state.tsx';
import { channelsQuery, type NotificationState, notificationsQuery } from './queries.ts';

const route = getRouteApi('/ns/$namespace/notifications');
const STATES: readonly NotificationState[] = ['dead', 'waiting', 'sending', 'delivered'];
const TONES: { readonly [state in NotificationState]: string } = {
  dead: 'text-bad',
  waiting: 'text-wait',
  sending: 'text-busy',
  delivered: 'text-ok',
};

export function NotificationsPage() {
  const { namespace } = route.useParams();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(notificationsQuery(namespace, state));
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: (id: string) => post(apiPath(namespace, 'notifications', id, 'retry'), {}),
    onSuccess: () => client.invalidateQueries({ queryKey: ['notifications', namespace] }),
  });
  const notifications = query.data?.notifications ?? [];
  return (
    <Page
      title="Notifications"
      actions={
        <select
          aria-label="State"
          value={state ?? ''}
          onChange={({ target }) =>
            void navigate({ search: { state: STATES.find((one) => one === target.value) } })
          }
          className={INPUT}
        >
          <option value="">any state</option>
          {STATES.map((one) => (
            <option key={one} value={one}>
              {one === 'dead' ? 'given up' : one}
            </option>
          ))}
        </select>
      }
    >
      {retry.error ? <Trouble error={retry.error} /> : null}
      <Card>
        <ListState query={query} isEmpty={notifications.length === 0}>
          {state === undefined
            ? 'Nobody was told anything yet. A workflow tells by `notify`, an installation by `alerts` of sluice.config.yaml.'
            : 'No notification is in this state.'}
        </ListState>
        {notifications.length === 0 ? null : (
          <Table label="Notifications" head={['When', 'What', 'To', 'State', 'Tries', '']}>
            {notifications.map((one) => (
              <Row key={one.id}>
                <Cell>
                  <Ago at={one.at} />
                </Cell>
                <Cell>
                  {one.type} {one.workflow}
                  {typeof one.run === 'string' ? (
                    <p className="font-mono text-xs">
                      <Link to="/ns/$namespace/runs/$run" params={{ namespace, run: one.run }}>
                        {one.run}
                      </Link>
                    </p>
                  ) : null}
                </Cell>
                <Cell>{one.to}</Cell>
                <Cell>
                  <span className={TONES[one.state]}>{one.state === 'dead' ? 'given up' : one.state}</span>
                  {one.error === null ? null : <p className="text-xs text-soft">{one.error}</p>}
                  {one.next_at === null ? null : (
                    <p className="text-xs text-soft">
                      again <Ago at={one.next_at} />
                    </p>
                  )}
                </Cell>
                <Cell>{one.attempts}</Cell>
                <Cell>
                  {one.state === 'dead' || one.state === 'waiting' ? (
                    <div className="flex justify-end">
                      <ActionButton
                        needs="operator"
                        aria-label={`Send ${one.id} again`}
                        onClick={() => retry.mutate(one.id)}
                      >
                        Send again
                      </ActionButton>
                    </div>
                  ) : null}
                </Cell>
              </Row>
            ))}
          </Table>
        )}
      </Card>
      <Channels namespace={namespace} />
    </Page>
  );
}

/** They are of the installation, so only whoever may see that sees them. */
function Channels({ namespace }: { readonly namespace: string }) {
  const isHidden = useAccess().refusal('viewer', true) !== undefined;
  const query = useQuery({ ...channelsQuery, enabled: !isHidden });
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: (channel: string) => post(`/api/v1/channels/${encodeURIComponent(channel)}/test`, {}),
    onSuccess: () => client.invalidateQueries({ queryKey: ['notifications', namespace] }),
  });
  if (isHidden) return null;
  const channels = query.data?.channels ?? [];
  return (
    <Card title="Channels">
      <ListState query={query} isEmpty={channels.length === 0}>
        The installation has no channels: name some under <code>channels</code> in sluice.config.yaml.
      </ListState>
      {test.error ? <Trouble error={test.error} /> : null}
      {channels.length === 0 ? null : (
        <Table label="Channels" head={['Name', 'Leads to', '']}>
          {channels.map(({ name, leads_to }) => (
            <Row key={name}>
              <Cell mono>{name}</Cell>
              <Cell>{leads_to}</Cell>
              <Cell>
                <div className="flex justify-end">
                  <ActionButton
                    needs="admin"
                    everywhere
                    aria-label={`Test ${name}`}
                    onClick={() => test.mutate(name)}
                  >
                    Send a test
                  </ActionButton>
                </div>
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </Card>
  );
}
