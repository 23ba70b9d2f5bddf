/** The same for several runs: one after the other, each refusal told. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Button, Dialog } from '../ui/parts.tsx';

interface Props {
  readonly namespace: string;
  readonly runs: readonly string[];
  readonly onClear: () => void;
}

type Verb = 'cancel' | 'retry';

export function BulkActions({ namespace, runs, onClear }: Props) {
  const [verb, setVerb] = useState<Verb>();
  if (runs.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line bg-sunk px-3 py-2 text-sm">
      <span aria-live="polite">
        {runs.length} {runs.length === 1 ? 'run' : 'runs'} chosen
      </span>
      <ActionButton needs="operator" data-action kind="danger" onClick={() => setVerb('cancel')}>
        Cancel them…
      </ActionButton>
      <ActionButton needs="operator" data-action onClick={() => setVerb('retry')}>
        Retry them…
      </ActionButton>
      <Button onClick={onClear}>Choose none</Button>
      {verb === undefined ? null : (
        <BulkDialog
          verb={verb}
          namespace={namespace}
          runs={runs}
          onClose={() => setVerb(undefined)}
          onDone={onClear}
        />
      )}
    </div>
  );
}

interface Refusal {
  readonly run: string;
  readonly why: string;
}

function BulkDialog({
  verb,
  namespace,
  runs,
  onClose,
  onDone,
}: Omit<Props, 'onClear'> & {
  readonly verb: Verb;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const [done, setDone] = useState(0);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const client = useQueryClient();
  const work = useMutation({
    mutationFn: async () => {
      for (const run of runs) {
        await post(apiPath(namespace, 'runs', run, verb), verb === 'retry' ? { scope: 'failed' } : {}).catch(
          (thrown: unknown) =>
            setRefusals((known) => [
              ...known,
              { run, why: thrown instanceof Error ? thrown.message : String(thrown) },
            ]),
        );
        setDone((count) => count + 1);
      }
      await client.invalidateQueries({ queryKey: ['runs', namespace] });
    },
  });
  const isOver = work.isSuccess;
  const close = isOver ? onDone : onClose;
  return (
    <Dialog
      title={verb === 'cancel' ? `Cancel ${runs.length} runs?` : `Retry what failed in ${runs.length} runs?`}
      onClose={close}
    >
      <p className="pb-2 text-sm text-soft">
        {verb === 'cancel'
          ? 'Running tasks get SIGTERM, and SIGKILL ten seconds later. What has succeeded stays.'
          : 'What failed, and what follows from it, runs again. What has succeeded stays.'}
      </p>
      {work.isIdle ? null : (
        <p role="status" className="pb-2 text-sm">
          {done} of {runs.length} asked, {refusals.length} refused
        </p>
      )}
      {refusals.length === 0 ? null : (
        <ul className="max-h-60 overflow-auto pb-2 text-sm">
          {refusals.map(({ run, why }) => (
            <li key={run}>
              <code>{run}</code> <span className="text-bad">{why}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={close}>{isOver ? 'Close' : 'Leave them'}</Button>
        {isOver ? null : (
          <ActionButton
            needs="operator"
            kind={verb === 'cancel' ? 'danger' : 'main'}
            disabled={work.isPending}
            onClick={() => work.mutate()}
          >
            {verb === 'cancel' ? 'Cancel them' : 'Retry them'}
          </ActionButton>
        )}
      </div>
    </Dialog>
  );
}
