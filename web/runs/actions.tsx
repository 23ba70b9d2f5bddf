/** What can be done with a run: each asks when it takes something away, shows what it would do, and is there as a command. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import { isEnded, type RunHead } from '../api/model.ts';
import type { RunRef } from '../api/queries.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Trouble } from '../ui/parts.tsx';
import { MarkDialog } from './mark-dialog.tsx';
import { SteerDialog, type Verb } from './steer-dialog.tsx';

interface Props {
  readonly run: RunRef;
  readonly head: RunHead;
  /** The chosen task or node. */
  readonly node: string | undefined;
}

export function RunActions({ run, head, node }: Props) {
  const [asked, setAsked] = useState<Verb | 'mark'>();
  const client = useQueryClient();
  const ask = useMutation({
    mutationFn: (verb: 'pause' | 'resume') => post(apiPath(run.namespace, 'runs', run.run, verb), {}),
    onSuccess: () => client.invalidateQueries({ queryKey: ['run', run.namespace, run.run] }),
  });
  const isPaused = head.paused_at != null;
  const close = () => setAsked(undefined);
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isEnded(head.status) ? (
        <Ended head={head} node={node} onAsk={setAsked} />
      ) : (
        <>
          <ActionButton
            needs="operator"
            data-action
            disabled={ask.isPending}
            onClick={() => ask.mutate(isPaused ? 'resume' : 'pause')}
          >
            {isPaused ? 'Resume' : 'Pause'}
          </ActionButton>
          <ActionButton needs="operator" data-action kind="danger" onClick={() => setAsked('cancel')}>
            Cancel…
          </ActionButton>
        </>
      )}
      {node === undefined ? null : (
        <ActionButton needs="operator" data-action onClick={() => setAsked('mark')}>
          Mark {node}…
        </ActionButton>
      )}
      {ask.error ? <Trouble error={ask.error} /> : null}
      {asked === 'mark' && node !== undefined ? (
        <MarkDialog run={run} node={node} onClose={close} />
      ) : asked === undefined || asked === 'mark' ? null : (
        <SteerDialog verb={asked} run={run} head={head} node={node} onClose={close} />
      )}
    </div>
  );
}

function Ended({
  head,
  node,
  onAsk,
}: Pick<Props, 'head' | 'node'> & { readonly onAsk: (verb: Verb) => void }) {
  const what = retriedOf(head);
  return (
    <>
      {what === undefined ? null : (
        <ActionButton needs="operator" data-action kind="main" onClick={() => onAsk('retry')}>
          Retry {what}…
        </ActionButton>
      )}
      {node === undefined ? null : (
        <ActionButton needs="operator" data-action onClick={() => onAsk('retryFrom')}>
          Retry from {node}…
        </ActionButton>
      )}
      <ActionButton needs="operator" data-action onClick={() => onAsk('rerun')}>
        {node === undefined ? 'Run again…' : `Run again from ${node}…`}
      </ActionButton>
    </>
  );
}

/** What a retry takes up again: what failed, else what was cancelled. Undefined when there is no such thing. */
export function retriedOf({ status, states }: RunHead): 'failed' | 'cancelled' | undefined {
  if (status === 'succeeded') return undefined;
  if (status === 'failed' || (states.failed ?? 0) > 0) return 'failed';
  return (states.cancelled ?? 0) > 0 ? 'cancelled' : undefined;
}
