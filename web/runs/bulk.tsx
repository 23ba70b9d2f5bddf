/** The same for several runs, some at a time: named before, each refusal told. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import type { RunLine } from '../api/model.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Button, Dialog } from '../ui/parts.tsx';
import { Status } from '../ui/status.tsx';
import { type BulkVerb, type Chosen, fitting, forEachOf, namedFirst } from './chosen.ts';

/** Runs that the server is asked for at once. */
const AT_ONCE = 6;

interface Props {
  readonly namespace: string;
  readonly chosen: Chosen;
  readonly onClear: () => void;
  /** Chooses what is not shown yet as well; absent where all is shown or not all that is shown is chosen. */
  readonly onAll: (() => Promise<void>) | undefined;
}

export function BulkActions({ namespace, chosen, onClear, onAll }: Props) {
  const [verb, setVerb] = useState<BulkVerb>();
  const all = useMutation({ mutationFn: async () => onAll?.() });
  if (chosen.size === 0) return null;
  const runs = [...chosen.values()];
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line bg-sunk px-3 py-2 text-sm">
      <span aria-live="polite">
        {runs.length} {runs.length === 1 ? 'run' : 'runs'} chosen
      </span>
      {onAll === undefined ? null : (
        <Button disabled={all.isPending} onClick={() => all.mutate()}>
          {all.isPending ? 'Choosing…' : 'Choose earlier ones too'}
        </Button>
      )}
      {(['cancel', 'retry'] as const).map((one) => {
        const count = fitting(one, runs).length;
        return (
          <ActionButton
            key={one}
            needs="operator"
            data-action
            kind={one === 'cancel' ? 'danger' : 'plain'}
            disabled={count === 0}
            title={count === 0 ? WHY_NONE[one] : undefined}
            onClick={() => setVerb(one)}
          >
            {one === 'cancel' ? 'Cancel' : 'Retry'} {count === runs.length ? 'them' : count}…
          </ActionButton>
        );
      })}
      <Button onClick={onClear}>Choose none</Button>
      {verb === undefined ? null : (
        <BulkDialog
          verb={verb}
          namespace={namespace}
          runs={fitting(verb, runs)}
          onClose={() => setVerb(undefined)}
          onDone={onClear}
        />
      )}
    </div>
  );
}

const WHY_NONE: { readonly [verb in BulkVerb]: string } = {
  cancel: 'All of them have ended',
  retry: 'None of them ended without success',
};

interface Refusal {
  readonly run: string;
  readonly why: string;
}

interface DialogProps {
  readonly verb: BulkVerb;
  readonly namespace: string;
  readonly runs: readonly RunLine[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function BulkDialog({ verb, namespace, runs, onClose, onDone }: DialogProps) {
  // What is asked for stays what was shown, whatever ends meanwhile.
  const [asked] = useState(runs);
  const [done, setDone] = useState(0);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const client = useQueryClient();
  const work = useMutation({
    mutationFn: async () => {
      await forEachOf(asked, AT_ONCE, async ({ id: run }) => {
        await post(apiPath(namespace, 'runs', run, verb), verb === 'retry' ? { scope: 'failed' } : {}).catch(
          (thrown: unknown) =>
            setRefusals((known) => [
              ...known,
              { run, why: thrown instanceof Error ? thrown.message : String(thrown) },
            ]),
        );
        setDone((count) => count + 1);
      });
      await client.invalidateQueries({ queryKey: ['runs', namespace] });
    },
  });
  const isOver = work.isSuccess;
  const close = isOver ? onDone : onClose;
  const count = `${asked.length} ${asked.length === 1 ? 'run' : 'runs'}`;
  return (
    <Dialog title={verb === 'cancel' ? `Cancel ${count}?` : `Retry what failed in ${count}?`} onClose={close}>
      <p className="pb-2 text-sm text-soft">
        {verb === 'cancel'
          ? 'Running tasks get SIGTERM, and SIGKILL ten seconds later. What has succeeded stays.'
          : 'What failed, and what follows from it, runs again. What has succeeded stays.'}
      </p>
      {work.isIdle ? (
        <Names runs={asked} />
      ) : (
        <p role="status" className="pb-2 text-sm">
          {done} of {asked.length} asked, {refusals.length} refused
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

function Names({ runs }: { readonly runs: readonly RunLine[] }) {
  const { named, more } = namedFirst(runs);
  return (
    <ul className="pb-3 text-sm">
      {named.map(({ id, workflow, status }) => (
        <li key={id} className="flex flex-wrap items-center gap-2 py-0.5">
          <Status state={status} /> {workflow} <code className="text-xs text-soft">{id}</code>
        </li>
      ))}
      {more > 0 ? <li className="text-soft">and {more} more</li> : null}
    </ul>
  );
}
