/** Pausing a schedule with a reason that others read, and resuming it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import { AsCommand } from '../ui/as-command.tsx';
import { triggerFlags } from '../ui/command-text.ts';
import { Field, INPUT } from '../ui/page.tsx';
import { Button, Dialog, Trouble } from '../ui/parts.tsx';
import type { Schedule } from './queries.ts';

interface Props {
  readonly namespace: string;
  readonly schedule: Schedule;
  readonly onClose: () => void;
}

export function PauseDialog({ namespace, schedule: { workflow, trigger, paused }, onClose }: Props) {
  const [reason, setReason] = useState('');
  const client = useQueryClient();
  const verb = paused === null ? 'pause' : 'resume';
  const path = apiPath(namespace, 'workflows', workflow, 'schedules', String(trigger), verb);
  const body = verb === 'pause' && reason !== '' ? { reason } : {};
  const change = useMutation({
    mutationFn: () => post(path, body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['schedules', namespace] });
      onClose();
    },
  });
  return (
    <Dialog
      title={verb === 'pause' ? `Pause the schedule of ${workflow}?` : `Resume the schedule of ${workflow}?`}
      onClose={onClose}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <p className="text-sm">
          {verb === 'pause'
            ? 'It starts no runs until somebody resumes it. Runs that go on are not touched.'
            : 'It starts runs again; what was missed meanwhile is made up for as its catchup says.'}
        </p>
        {verb === 'pause' ? (
          <Field label="Reason" help="Whoever looks at the schedule reads it.">
            <input
              value={reason}
              maxLength={1_000}
              onChange={({ target }) => setReason(target.value)}
              className={INPUT}
            />
          </Field>
        ) : null}
        <AsCommand
          cli={[
            'schedules',
            verb,
            workflow,
            ...triggerFlags(namespace, trigger),
            ...('reason' in body ? ['--reason', reason] : []),
          ]}
          request={{ method: 'POST', path, body }}
        />
        {change.error ? <Trouble error={change.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="main" type="submit" disabled={change.isPending}>
            {verb === 'pause' ? 'Pause' : 'Resume'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
