/** Asks before something is done to a run: what would run again and what would stay, other inputs, and the same as a command. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import type { RunHead } from '../api/model.ts';
import type { RunRef } from '../api/queries.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { AsCommand } from '../ui/as-command.tsx';
import { Button, Dialog, Trouble } from '../ui/parts.tsx';
import { inputFlags } from '../workflows/input-values.ts';
import { startFormQuery } from '../workflows/queries.ts';
import { type Fields, isOfInputs, useDeclaredForm } from './declared-form.tsx';
import { PreviewList } from './preview-list.tsx';

/** `retryFrom`: this node and what follows, in the same run. */
export type Verb = 'cancel' | 'retry' | 'retryFrom' | 'rerun';

interface Props {
  readonly verb: Verb;
  readonly run: RunRef;
  readonly head: RunHead;
  readonly node: string | undefined;
  readonly onClose: () => void;
}

const TITLES: { readonly [verb in Exclude<Verb, 'retry'>]: string } = {
  cancel: 'Cancel this run?',
  retryFrom: 'Work on it again from here?',
  rerun: 'Start a new run like this one?',
};
const DO: { readonly [verb in Verb]: string } = {
  cancel: 'Cancel the run',
  retry: 'Retry',
  retryFrom: 'Retry',
  rerun: 'Start',
};

export function SteerDialog({ verb, run, head, node, onClose }: Props) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const { namespace, workflow } = head;
  const isRerun = verb === 'rerun';
  const declared = useQuery({ ...startFormQuery({ namespace, workflow }), enabled: isRerun, retry: false });
  const form = useDeclaredForm(isRerun ? fieldsOf(head.inputs, declared.data?.inputs) : {});
  const body = bodyOf(verb, node, { reason, inputs: form.read.values });
  const path = apiPath(run.namespace, 'runs', run.run, verb === 'retryFrom' ? 'retry' : verb);
  const doIt = useMutation({
    mutationFn: () => post<{ run: string }>(path, body),
    onSuccess: async ({ run: answered }) => {
      onClose();
      await client.invalidateQueries({ queryKey: ['run', run.namespace, run.run] });
      const params = { namespace: run.namespace, run: answered };
      if (verb === 'rerun') await navigate({ to: '/ns/$namespace/runs/$run', params });
    },
    onError: (thrown) => form.refuse(thrown, 'inputs'),
  });
  return (
    <Dialog
      title={
        verb === 'retry'
          ? `Retry what ${head.status === 'cancelled' ? 'was cancelled' : 'failed'}?`
          : TITLES[verb]
      }
      onClose={onClose}
    >
      {verb === 'cancel' ? (
        <Reason reason={reason} onChange={setReason} />
      ) : (
        <PreviewList
          path={`${path}/preview`}
          body={form.read.problems.size > 0 ? bodyOf(verb, node, NOTHING) : body}
        />
      )}
      {isRerun && Object.keys(head.inputs).length > 0 ? (
        <details className="pb-3">
          <summary className="cursor-pointer text-sm">Other inputs</summary>
          <div className="flex flex-col gap-2 pt-2">{form.fields}</div>
        </details>
      ) : null}
      <AsCommand
        cli={[
          ...wordsOf(verb, run.run, node),
          ...(reason === '' ? [] : ['--reason', reason]),
          ...inputFlags(form.read),
        ]}
        request={{ method: 'POST', path, body }}
      />
      {doIt.error && !isOfInputs(doIt.error) ? <Trouble error={doIt.error} /> : null}
      <div className="flex justify-end gap-2 pt-2">
        <Button onClick={onClose}>Leave it</Button>
        <ActionButton
          needs="operator"
          kind={verb === 'cancel' ? 'danger' : 'main'}
          disabled={doIt.isPending}
          onClick={() => (form.check() ? doIt.mutate() : undefined)}
        >
          {DO[verb]}
        </ActionButton>
      </div>
    </Dialog>
  );
}

function Reason({
  reason,
  onChange,
}: {
  readonly reason: string;
  readonly onChange: (text: string) => void;
}) {
  const id = useId();
  return (
    <div className="flex flex-col gap-2 pb-3 text-sm">
      <p>Running tasks get SIGTERM, and SIGKILL ten seconds later. What has succeeded stays.</p>
      <label htmlFor={id} className="flex flex-col gap-1">
        Reason, for the history
        <input
          id={id}
          value={reason}
          autoComplete="off"
          className="w-full rounded border border-line bg-page px-2 py-1.5"
          onChange={({ target }) => onChange(target.value)}
        />
      </label>
    </div>
  );
}

interface Given {
  readonly reason: string;
  readonly inputs: { readonly [name: string]: unknown };
}

const NOTHING: Given = { reason: '', inputs: {} };

function bodyOf(verb: Verb, node: string | undefined, { reason, inputs }: Given): object {
  if (verb === 'cancel') return reason === '' ? {} : { reason };
  if (verb === 'retry') return { scope: 'failed' };
  const others = Object.keys(inputs).length === 0 ? {} : { inputs };
  return node === undefined ? { scope: 'all', ...others } : { scope: 'from', nodes: [node], ...others };
}

function wordsOf(verb: Verb, run: string, node: string | undefined): string[] {
  if (verb === 'cancel') return ['cancel', run];
  if (verb === 'retry') return ['retry', run, '--failed'];
  const name = verb === 'rerun' ? 'rerun' : 'retry';
  return node === undefined ? [name, run] : [name, run, '--from', node];
}

/** With the values that the run had, as the workflow declares them; where it does not, or no longer, by the values. */
function fieldsOf(inputs: RunHead['inputs'], declared: Fields = {}): Fields {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      { ...(declared[name] ?? { type: typeOf(value) }), default: value },
    ]),
  ) as Fields;
}

function typeOf(value: unknown): 'string' | 'number' | 'boolean' | 'any' {
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'any';
}
