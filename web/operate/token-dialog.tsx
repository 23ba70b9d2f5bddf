/** Makes a token, and shows it this once. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Role, useAccess } from '../api/access.ts';
import { post } from '../api/http.ts';
import { AsCommand } from '../ui/as-command.tsx';
import { Field, INPUT } from '../ui/page.tsx';
import { Button, Command, Dialog, Trouble } from '../ui/parts.tsx';
import type { CreatedToken } from './queries.ts';

const DAY_MS = 86_400_000;
const PATH = '/api/v1/tokens';

export function TokenDialog({ onClose }: { readonly onClose: () => void }) {
  const { access } = useAccess();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [namespace, setNamespace] = useState('*');
  const [days, setDays] = useState(90);
  const client = useQueryClient();
  const body = { name, grants: { [namespace]: role }, ...(days === 0 ? {} : { expires_in: days * DAY_MS }) };
  const make = useMutation({
    mutationFn: () => post<CreatedToken>(PATH, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  if (make.data !== undefined) return <Made token={make.data} onClose={onClose} />;
  return (
    <Dialog title="Make a token" onClose={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Field label="Name" help="What it is for: it stands in the audit log.">
          <input
            required
            maxLength={100}
            value={name}
            onChange={({ target }) => setName(target.value)}
            className={INPUT}
          />
        </Field>
        <div className="grid gap-3 sm:grid-cols-3">
          <Field label="Role">
            <select value={role} onChange={({ target }) => setRole(roleOf(target.value))} className={INPUT}>
              <option value="viewer">viewer: looks</option>
              <option value="operator">operator: starts and steers</option>
              <option value="admin">admin: changes everything</option>
            </select>
          </Field>
          <Field label="Namespace">
            <select value={namespace} onChange={({ target }) => setNamespace(target.value)} className={INPUT}>
              <option value="*">all</option>
              {access?.namespaces.map((one) => (
                <option key={one.name}>{one.name}</option>
              ))}
            </select>
          </Field>
          <Field label="Good for">
            <select value={days} onChange={({ target }) => setDays(Number(target.value))} className={INPUT}>
              <option value={7}>7 days</option>
              <option value={90}>90 days</option>
              <option value={365}>a year</option>
              <option value={0}>ever</option>
            </select>
          </Field>
        </div>
        <AsCommand
          cli={[
            ...['tokens', 'create', name, '--role', role],
            ...(namespace === '*' ? [] : ['--namespace', namespace]),
            ...(days === 0 ? [] : ['--expires', `${days}d`]),
          ]}
          request={{ method: 'POST', path: PATH, body }}
        />
        {make.error ? <Trouble error={make.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="main" type="submit" disabled={make.isPending}>
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Made({
  token: { name, token },
  onClose,
}: {
  readonly token: CreatedToken;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title={`The token ${name}`} mustAnswer onClose={onClose}>
      <p className="pb-2 text-sm">
        Copy it now: it is stored nowhere and not shown again. Whoever has it may do what it grants.
      </p>
      <p className="pb-4">
        <Command text={token} />
      </p>
      <div className="flex justify-end">
        <Button kind="main" onClick={onClose}>
          I have copied it
        </Button>
      </div>
    </Dialog>
  );
}

function roleOf(text: string): Role {
  return text === 'admin' || text === 'operator' ? text : 'viewer';
}
