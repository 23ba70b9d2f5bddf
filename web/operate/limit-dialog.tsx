/** An operator's bound for a limit, which holds whatever workflows declare; and going back to what they declare. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, put, remove } from '../api/http.ts';
import { AsCommand } from '../ui/as-command.tsx';
import { Field, INPUT } from '../ui/page.tsx';
import { Button, Dialog, Trouble } from '../ui/parts.tsx';
import type { Limit } from './queries.ts';

interface Props {
  readonly namespace: string;
  /** Undefined: one that is not in use yet. */
  readonly limit: Limit | undefined;
  readonly onClose: () => void;
}

export function LimitDialog({ namespace, limit: known, onClose }: Props) {
  const [key, setKey] = useState(known?.key ?? '');
  const [bound, setBound] = useState(known?.limit ?? 1);
  const client = useQueryClient();
  const kind = known?.kind ?? 'concurrency';
  const path = apiPath(namespace, 'limits', key);
  const body = { kind, limit: bound };
  const onSuccess = async () => {
    await client.invalidateQueries({ queryKey: ['limits', namespace] });
    onClose();
  };
  const set = useMutation({ mutationFn: () => put(path, body), onSuccess });
  const reset = useMutation({ mutationFn: () => remove(path, { kind }), onSuccess });
  return (
    <Dialog title={known === undefined ? 'Set a limit' : `The limit ${known.key}`} onClose={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate();
        }}
      >
        {known === undefined ? (
          <Field label="Key" help="As tasks name it in `concurrency`.">
            <input
              required
              maxLength={300}
              value={key}
              onChange={({ target }) => setKey(target.value)}
              className={`${INPUT} font-mono`}
            />
          </Field>
        ) : null}
        <Field
          label={kind === 'rate' ? 'Units in a window' : 'Holders at once'}
          help="Holds whatever workflows declare, until it is reset. 0 lets nobody in; who holds it already keeps it."
        >
          <input
            type="number"
            min={0}
            required
            value={bound}
            onChange={({ target }) => setBound(Number(target.value))}
            className={INPUT}
          />
        </Field>
        <AsCommand
          cli={['limits', 'set', key, '--limit', String(bound), ...(kind === 'rate' ? ['--rate'] : [])]}
          request={{ method: 'PUT', path, body }}
        />
        {set.error || reset.error ? <Trouble error={set.error ?? reset.error} /> : null}
        <div className="flex flex-wrap justify-end gap-2">
          {known?.set_by == null ? null : (
            <Button disabled={reset.isPending} onClick={() => reset.mutate()}>
              Reset to what workflows declare
            </Button>
          )}
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="main" type="submit" disabled={set.isPending}>
            Set
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
