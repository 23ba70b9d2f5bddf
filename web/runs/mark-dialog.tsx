/** Says how a node ended, whatever it did: with what would run again, before it is said. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import type { RunRef } from '../api/queries.ts';
import { AsCommand } from '../ui/as-command.tsx';
import { Button, Dialog, Trouble } from '../ui/parts.tsx';
import { type Fields, useDeclaredForm } from './declared-form.tsx';
import { PreviewList } from './preview-list.tsx';

const ENDS = ['succeeded', 'failed', 'skipped'] as const;
const FORM: Fields = {
  outputs: { type: 'object', description: 'What the tasks behind it then read as its outputs.' },
  reason: { type: 'string', description: 'Stands in the history.' },
};

interface Props {
  readonly run: RunRef;
  readonly node: string;
  readonly onClose: () => void;
}

export function MarkDialog({ run, node, onClose }: Props) {
  const [as, setAs] = useState<(typeof ENDS)[number]>();
  const form = useDeclaredForm(FORM);
  const client = useQueryClient();
  const { outputs, reason } = form.read.values;
  const body = {
    ...(as === undefined ? {} : { as }),
    ...(as === 'succeeded' && outputs ? { outputs } : {}),
    ...(reason ? { reason } : {}),
  };
  const path = apiPath(run.namespace, 'runs', run.run, 'nodes', node, 'mark');
  const mark = useMutation({
    mutationFn: () => post(path, body),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: ['run', run.namespace, run.run] });
    },
    onError: (thrown) => form.refuse(thrown, 'outputs'),
  });
  return (
    <Dialog title={`Say how ${node} ended`} onClose={onClose}>
      <fieldset className="flex gap-4 pb-3 text-sm">
        <legend className="sr-only">As</legend>
        {ENDS.map((end) => (
          <label key={end} className="flex items-center gap-1">
            <input type="radio" name="as" checked={as === end} onChange={() => setAs(end)} /> {end}
          </label>
        ))}
      </fieldset>
      {as === undefined ? (
        <p className="pb-3 text-sm text-soft">Choose one to see what would run again.</p>
      ) : (
        <PreviewList path={`${path}/preview`} body={{ as }} />
      )}
      <div className="flex flex-col gap-2 pb-3">{form.fields}</div>
      {as === undefined ? null : (
        <AsCommand
          cli={['mark', run.run, node, as, ...(typeof reason === 'string' ? ['--reason', reason] : [])]}
          request={{ method: 'POST', path, body }}
        />
      )}
      {mark.error ? <Trouble error={mark.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Leave it</Button>
        <Button
          kind="main"
          disabled={mark.isPending || as === undefined}
          onClick={() => (form.check() ? mark.mutate() : undefined)}
        >
          {as === undefined ? 'Mark' : `Mark as ${as}`}
        </Button>
      </div>
    </Dialog>
  );
}
