/** Names of secrets. Values go in and never come out. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useAccess } from '../api/access.ts';
import { apiPath, put, remove } from '../api/http.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Cell, Field, INPUT, Page, Row, Table } from '../ui/page.tsx';
import { Button, Card, Command, Dialog, Empty, Trouble } from '../ui/parts.tsx';
import { Ago } from '../ui/time.tsx';
import { ListState } from './list-state.tsx';
import { secretsQuery } from './queries.ts';

const route = getRouteApi('/ns/$namespace/secrets');
type Asked = { readonly what: 'set' | 'remove'; readonly name: string };

export function SecretsPage() {
  const { namespace } = route.useParams();
  const refusal = useAccess().refusal('admin');
  const query = useQuery({ ...secretsQuery(namespace), enabled: refusal === undefined });
  const { set } = route.useSearch();
  const [asked, setAsked] = useState<Asked | undefined>(
    set === undefined ? undefined : { what: 'set', name: set },
  );
  const navigate = route.useNavigate();
  const close = () => {
    setAsked(undefined);
    if (set !== undefined) void navigate({ search: {}, replace: true });
  };
  const secrets = query.data?.secrets ?? [];
  if (refusal !== undefined) return <Empty>{refusal}</Empty>;
  return (
    <Page
      title="Secrets"
      actions={
        <ActionButton needs="admin" onClick={() => setAsked({ what: 'set', name: '' })}>
          Set a secret…
        </ActionButton>
      }
    >
      <Card>
        <ListState query={query} isEmpty={secrets.length === 0} command="sluice secrets set API_TOKEN">
          There are no secrets in the store of this namespace. Set one here, or by:
        </ListState>
        {secrets.length === 0 ? null : (
          <Table label="Secrets" head={['Name', 'Changed', 'Key', '']}>
            {secrets.map(({ name, changed_at, key }) => (
              <Row key={name}>
                <Cell mono>{name}</Cell>
                <Cell>
                  <Ago at={changed_at} />
                </Cell>
                <Cell mono>{key}</Cell>
                <Cell>
                  <div className="flex justify-end gap-2">
                    <ActionButton
                      needs="admin"
                      aria-label={`Change ${name}…`}
                      onClick={() => setAsked({ what: 'set', name })}
                    >
                      Change…
                    </ActionButton>
                    <ActionButton
                      needs="admin"
                      kind="danger"
                      aria-label={`Remove ${name}…`}
                      onClick={() => setAsked({ what: 'remove', name })}
                    >
                      Remove…
                    </ActionButton>
                  </div>
                </Cell>
              </Row>
            ))}
          </Table>
        )}
      </Card>
      {asked === undefined ? null : <SecretDialog namespace={namespace} {...asked} onClose={close} />}
    </Page>
  );
}

function SecretDialog({
  namespace,
  what,
  name: known,
  onClose,
}: Asked & { readonly namespace: string; readonly onClose: () => void }) {
  const [name, setName] = useState(known);
  const [value, setValue] = useState('');
  const client = useQueryClient();
  const path = apiPath(namespace, 'secrets', name);
  const change = useMutation({
    mutationFn: () => (what === 'set' ? put(path, { value }) : remove(path)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['secrets', namespace] });
      onClose();
    },
  });
  return (
    <Dialog title={what === 'remove' ? `Remove the secret ${known}?` : 'Set a secret'} onClose={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        {what === 'remove' ? (
          <p className="text-sm">
            Attempts that need it fail from now on. Its value cannot be got back from here.
          </p>
        ) : (
          <>
            <Field label="Name" help="Workflows name it in `secrets`, and tasks read it as secrets.NAME.">
              <input
                required
                readOnly={known !== ''}
                value={name}
                onChange={({ target }) => setName(target.value)}
                className={`${INPUT} font-mono`}
              />
            </Field>
            <Field label="Value" help="It is encrypted, and nobody is shown it again.">
              <input
                type="password"
                autoComplete="new-password"
                required
                value={value}
                onChange={({ target }) => setValue(target.value)}
                className={INPUT}
              />
            </Field>
          </>
        )}
        <p className="text-xs text-soft">
          In a terminal:{' '}
          <Command
            text={`sluice secrets ${what === 'set' ? 'set' : 'rm'} ${name || 'NAME'} --namespace ${namespace}`}
          />
        </p>
        {change.error ? <Trouble error={change.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button kind={what === 'remove' ? 'danger' : 'main'} type="submit" disabled={change.isPending}>
            {what === 'remove' ? 'Remove' : 'Set'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
