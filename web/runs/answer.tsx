/** What a node waits for from people: an approval with its form, or a signal with its payload. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import type { RunNode } from '../api/model.ts';
import type { RunRef } from '../api/queries.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { AsCommand } from '../ui/as-command.tsx';
import { Trouble } from '../ui/parts.tsx';
import { type Fields, useDeclaredForm } from './declared-form.tsx';

interface Props {
  readonly run: RunRef;
  readonly node: RunNode;
}

type Waiting = NonNullable<RunNode['waiting']>;

export function Answer({ run, node }: Props) {
  const { waiting } = node;
  const [refused, setRefused] = useState<unknown>();
  if (waiting === null || (waiting.for !== 'approval' && waiting.for !== 'signal'))
    return refused === undefined ? null : <TooLate refused={refused} />;
  return (
    <section aria-label="What it waits for" className="border-b border-line bg-wait-soft px-3 py-3">
      {waiting.for === 'approval' ? (
        <Approval run={run} node={node.id} waiting={waiting} onRefused={setRefused} />
      ) : (
        <Signal run={run} waiting={waiting} onRefused={setRefused} />
      )}
    </section>
  );
}

/** Somebody else was first, and the form is gone: what one answered must not be believed to count. */
function TooLate({ refused }: { readonly refused: unknown }) {
  return (
    <section aria-label="Your answer" className="border-b border-line">
      <Trouble
        error={
          new Error(`Your answer did not count: ${refused instanceof Error ? refused.message : refused}`)
        }
      />
    </section>
  );
}

interface Asked {
  readonly run: RunRef;
  readonly waiting: Waiting;
  /** Undefined: it was taken. */
  readonly onRefused: (thrown: unknown) => void;
}

function Approval({ run, node, waiting, onRefused }: Asked & { readonly node: string }) {
  const form = useDeclaredForm((waiting.fields ?? {}) as Fields);
  const [comment, setComment] = useState('');
  const id = useId();
  const body = { form: form.read.values, ...(comment === '' ? {} : { comment }) };
  const pathOf = (verb: Decision) => apiPath(run.namespace, 'runs', run.run, 'nodes', node, verb);
  const decide = useAnswer(
    run,
    (verb: Decision) => post(pathOf(verb), body),
    (thrown) => {
      onRefused(thrown);
      form.refuse(thrown, 'form');
    },
  );
  const words = Object.entries(form.read.values).flatMap(([name, value]) => [
    '--form',
    `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
  return (
    <form
      className="flex flex-col gap-3"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (form.check()) decide.mutate('approve');
      }}
    >
      <p className="text-sm font-medium">
        It waits for an approval{waiting.approvers?.length ? ` by ${waiting.approvers.join(', ')}` : ''}.
      </p>
      {form.fields}
      <label htmlFor={id} className="flex flex-col gap-1 text-sm">
        Comment
        <input
          id={id}
          value={comment}
          autoComplete="off"
          className="w-full rounded border border-line bg-page px-2 py-1.5 text-sm"
          onChange={({ target }) => setComment(target.value)}
        />
      </label>
      {decide.error ? <Trouble error={decide.error} /> : null}
      <div className="flex flex-wrap items-center gap-2">
        <ActionButton needs="operator" kind="main" type="submit" disabled={decide.isPending} data-action>
          Approve
        </ActionButton>
        <ActionButton
          needs="operator"
          kind="danger"
          disabled={decide.isPending}
          onClick={() => decide.mutate('reject')}
          data-action
        >
          Reject
        </ActionButton>
        <AsCommand
          cli={['approve', run.run, node, ...words, ...(comment === '' ? [] : ['--comment', comment])]}
          request={{ method: 'POST', path: pathOf('approve'), body }}
        />
      </div>
    </form>
  );
}

type Decision = 'approve' | 'reject';

function Signal({ run, waiting, onRefused }: Asked) {
  const name = waiting.signal ?? '';
  const declared = waiting.fields ?? {};
  const isFree = Object.keys(declared).length === 0;
  const form = useDeclaredForm(isFree ? FREE : (declared as Fields));
  const given = isFree ? form.read.values['payload'] : form.read.values;
  const payload = given === undefined || given === null ? {} : given;
  const path = apiPath(run.namespace, 'runs', run.run, 'signals', name);
  const send = useAnswer(
    run,
    () => post(path, { payload }),
    (thrown) => {
      onRefused(thrown);
      form.refuse(thrown, 'payload');
    },
  );
  return (
    <form
      className="flex flex-col gap-3"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (form.check()) send.mutate();
      }}
    >
      <p className="text-sm font-medium">
        It waits for the signal <code>{name}</code>.
      </p>
      {form.fields}
      {send.error ? <Trouble error={send.error} /> : null}
      <div className="flex flex-wrap items-center gap-2">
        <ActionButton needs="operator" kind="main" type="submit" disabled={send.isPending} data-action>
          Send it
        </ActionButton>
        <AsCommand
          cli={['signal', run.run, name, '--data', JSON.stringify(payload)]}
          request={{ method: 'POST', path, body: { payload } }}
        />
      </div>
    </form>
  );
}

/** Nothing is declared: whatever object somebody sends. */
const FREE: Fields = { payload: { type: 'object', description: 'Its fields become outputs of the node.' } };

function useAnswer<Given>(
  { namespace, run }: RunRef,
  mutationFn: (given: Given) => Promise<unknown>,
  onError: (thrown: unknown) => void,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onError,
    onSettled: () => client.invalidateQueries({ queryKey: ['run', namespace, run] }),
  });
}
