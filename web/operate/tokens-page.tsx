/** API tokens: made here and shown once, taken away here at once. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAccess } from '../api/access.ts';
import { remove } from '../api/http.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Cell, Page, Row, Table } from '../ui/page.tsx';
import { Button, Card, Dialog, Empty, Trouble } from '../ui/parts.tsx';
import { Ago } from '../ui/time.tsx';
import { ListState } from './list-state.tsx';
import { tokensQuery } from './queries.ts';
import { TokenDialog } from './token-dialog.tsx';

interface Named {
  readonly id: string;
  readonly name: string;
}

export function TokensPage() {
  const { access, refusal } = useAccess();
  const why = refusal('admin', true);
  const query = useQuery({ ...tokensQuery, enabled: why === undefined });
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<Named>();
  const tokens = query.data?.tokens ?? [];
  if (why !== undefined) return <Empty>{why}</Empty>;
  return (
    <Page
      title="Tokens"
      actions={
        <ActionButton needs="admin" everywhere onClick={() => setMaking(true)}>
          Make a token…
        </ActionButton>
      }
    >
      <Card>
        <ListState
          query={query}
          isEmpty={tokens.length === 0}
          command="sluice tokens create NAME --role operator"
        >
          There are no tokens. Make one here, or by:
        </ListState>
        {tokens.length === 0 ? null : (
          <Table label="Tokens" head={['Name', 'May', 'Made', 'Expires', 'Last used', '']}>
            {tokens.map(({ id, name, grants, created_at, created_by, expires_at, last_used_at }) => (
              <Row key={id}>
                <Cell>
                  {name} {id === access?.id ? <span className="text-xs text-soft">(yours)</span> : null}
                  <p className="font-mono text-xs text-soft">{id}</p>
                </Cell>
                <Cell>
                  {Object.entries(grants).map(([namespace, role]) => (
                    <p key={namespace}>
                      {role} in {namespace === '*' ? 'all namespaces' : namespace}
                    </p>
                  ))}
                </Cell>
                <Cell>
                  <Ago at={created_at} /> <p className="text-xs text-soft">by {created_by}</p>
                </Cell>
                <Cell>
                  {expires_at === null ? <span className="text-soft">never</span> : <Ago at={expires_at} />}
                </Cell>
                <Cell>
                  {last_used_at === null ? (
                    <span className="text-soft">never</span>
                  ) : (
                    <Ago at={last_used_at} />
                  )}
                </Cell>
                <Cell>
                  <div className="flex justify-end">
                    <ActionButton
                      needs="admin"
                      everywhere
                      kind="danger"
                      aria-label={`Revoke ${name}…`}
                      onClick={() => setRevoked({ id, name })}
                    >
                      Revoke…
                    </ActionButton>
                  </div>
                </Cell>
              </Row>
            ))}
          </Table>
        )}
      </Card>
      {isMaking ? <TokenDialog onClose={() => setMaking(false)} /> : null}
      {revoked === undefined ? null : (
        <RevokeDialog
          token={revoked}
          isOwn={revoked.id === access?.id}
          onClose={() => setRevoked(undefined)}
        />
      )}
    </Page>
  );
}

function RevokeDialog({
  token: { id, name },
  isOwn,
  onClose,
}: {
  readonly token: Named;
  readonly isOwn: boolean;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => remove(`/api/v1/tokens/${id}`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: isOwn ? [] : ['tokens'] });
      onClose();
    },
  });
  return (
    <Dialog title={`Revoke the token ${name}?`} onClose={onClose}>
      <p className="pb-3 text-sm">
        Whoever uses it is refused from the next request on
        {isOwn ? ', and so are you: it is the one that you are signed in with' : ''}.
      </p>
      {revoke.error ? <Trouble error={revoke.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Leave it</Button>
        <Button kind="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
          Revoke
        </Button>
      </div>
    </Dialog>
  );
}
