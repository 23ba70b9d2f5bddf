/** How far the backfills of a schedule are: those that go on, and how the newest ended. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { AsCommand } from '../ui/as-command.tsx';
import { triggerFlags } from '../ui/command-text.ts';
import { Button, Dialog, Trouble } from '../ui/parts.tsx';
import { At } from '../ui/time.tsx';
import type { Schedule } from './queries.ts';

type Backfill = Schedule['backfills'][number];

interface Props {
  readonly namespace: string;
  readonly schedule: Schedule;
}

export function Backfills({ namespace, schedule }: Props) {
  const [asked, setAsked] = useState<Backfill>();
  const isGoing = ({ status, running }: Backfill) => status === 'running' || running > 0;
  const ended = schedule.backfills.filter((one) => !isGoing(one)).slice(-1);
  return (
    <>
      {[...schedule.backfills.filter(isGoing), ...ended].map((one) => (
        <div key={one.id} className="text-soft" title={`Backfill ${one.id}`}>
          backfill <At at={one.from} /> – <At at={one.to} />: {wordsOf(one)}{' '}
          {one.status === 'running' ? (
            <ActionButton needs="operator" onClick={() => setAsked(one)}>
              Cancel…
            </ActionButton>
          ) : null}
        </div>
      ))}
      {asked === undefined ? null : (
        <CancelDialog
          namespace={namespace}
          schedule={schedule}
          backfill={asked}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

function wordsOf({ status, started, running, succeeded, failed, cancelled }: Backfill): string {
  const counts = { running, succeeded, failed, cancelled };
  const parts = Object.entries(counts).flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []));
  const runs = parts.length === 0 ? 'no run yet' : parts.join(', ');
  if (status === 'running') return `${started} started, ${runs}`;
  return `${status === 'cancelled' ? 'cancelled' : 'done'}, ${parts.length === 0 ? 'no runs' : runs}`;
}

function CancelDialog({
  namespace,
  schedule: { workflow, trigger },
  backfill: { id, running },
  onClose,
}: Props & { readonly backfill: Backfill; readonly onClose: () => void }) {
  const client = useQueryClient();
  const place = ['workflows', workflow, 'schedules', String(trigger), 'backfills', id, 'cancel'];
  const path = apiPath(namespace, ...place);
  const cancel = useMutation({
    mutationFn: () => post(path, {}),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['schedules', namespace] });
      onClose();
    },
  });
  return (
    <Dialog title={`Cancel the backfill of ${workflow}?`} onClose={onClose}>
      <div className="flex flex-col gap-3">
        <p className="text-sm">
          It starts nothing more,{' '}
          {running === 1
            ? 'and the run that goes on is cancelled.'
            : `and the ${running} runs that go on are cancelled.`}
        </p>
        <AsCommand
          cli={['backfill', workflow, '--cancel', id, ...triggerFlags(namespace, trigger)]}
          request={{ method: 'POST', path, body: {} }}
        />
        {cancel.error ? <Trouble error={cancel.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="danger" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
