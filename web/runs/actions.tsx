/** What can be done with a run: each asks when it takes something away, shows what it would do, and is there as a command. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import { isEnded, type Preview, type RunHead } from '../api/model.ts';
import type { RunRef } from '../api/queries.ts';
import { Button, Command, Dialog, Trouble } from '../ui/parts.tsx';

type Verb = 'cancel' | 'retry' | 'rerun';

export function RunActions({
  run,
  head,
  node,
}: {
  readonly run: RunRef;
  readonly head: RunHead;
  readonly node: string | undefined;
}) {
  const [asked, setAsked] = useState<Verb>();
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ['run', run.namespace, run.run] });
  const ask = useMutation({
    mutationFn: (verb: 'pause' | 'resume') => post(apiPath(run.namespace, 'runs', run.run, verb), {}),
    onSuccess: refresh,
  });
  const isOver = isEnded(head.status);
  const isPaused = head.paused_at != null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isOver ? null : (
        <>
          <Button disabled={ask.isPending} onClick={() => ask.mutate(isPaused ? 'resume' : 'pause')}>
            {isPaused ? 'Resume' : 'Pause'}
          </Button>
          <Button kind="danger" onClick={() => setAsked('cancel')}>
            Cancel…
          </Button>
        </>
      )}
      {isOver && head.status !== 'succeeded' ? (
        <Button kind="main" onClick={() => setAsked('retry')}>
          Retry failed…
        </Button>
      ) : null}
      {isOver ? (
        <Button onClick={() => setAsked('rerun')}>
          {node === undefined ? 'Run again…' : `Run again from ${node}…`}
        </Button>
      ) : null}
      {ask.error ? <Trouble error={ask.error} /> : null}
      {asked === undefined ? null : (
        <Ask verb={asked} run={run} node={node} onClose={() => setAsked(undefined)} onDone={refresh} />
      )}
    </div>
  );
}

interface AskProps {
  readonly verb: Verb;
  readonly run: RunRef;
  readonly node: string | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const TITLES: { readonly [verb in Verb]: string } = {
  cancel: 'Cancel this run?',
  retry: 'Retry what failed?',
  rerun: 'Start a new run like this one?',
};

function Ask({ verb, run, node, onClose, onDone }: AskProps) {
  const navigate = useNavigate();
  const body = bodyOf(verb, node);
  const path = apiPath(run.namespace, 'runs', run.run, verb);
  const doIt = useMutation({
    mutationFn: () => post<{ run: string }>(path, body),
    onSuccess: async ({ run: answered }) => {
      onDone();
      onClose();
      if (verb === 'rerun')
        await navigate({
          to: '/ns/$namespace/runs/$run',
          params: { namespace: run.namespace, run: answered },
        });
    },
  });
  return (
    <Dialog title={TITLES[verb]} onClose={onClose}>
      {verb === 'cancel' ? (
        <p className="pb-3 text-sm">
          Running tasks get SIGTERM, and SIGKILL ten seconds later. What has succeeded stays.
        </p>
      ) : (
        <PreviewList path={`${path}/preview`} body={body} />
      )}
      <p className="flex flex-wrap items-center gap-2 pb-3 text-xs text-soft">
        As a command: <Command text={commandOf(verb, run.run, node)} />
      </p>
      {doIt.error ? <Trouble error={doIt.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Leave it</Button>
        <Button
          kind={verb === 'cancel' ? 'danger' : 'main'}
          disabled={doIt.isPending}
          onClick={() => doIt.mutate()}
        >
          {verb === 'cancel' ? 'Cancel the run' : verb === 'retry' ? 'Retry' : 'Start'}
        </Button>
      </div>
    </Dialog>
  );
}

function PreviewList({ path, body }: { readonly path: string; readonly body: unknown }) {
  const { data, error, isPending } = useQuery({
    queryKey: ['preview', path, body],
    queryFn: () => post<Preview>(path, body),
    gcTime: 0,
  });
  if (error) return <Trouble error={error} />;
  if (isPending) return <p className="pb-3 text-soft">Looking what it would do…</p>;
  return (
    <div className="grid gap-3 pb-3 sm:grid-cols-2">
      <Part title={`Runs again (${data.reset.length})`} rows={data.reset} />
      <Part title={`Stays (${data.kept.length})`} rows={data.kept} />
    </div>
  );
}

function Part({ title, rows }: { readonly title: string; readonly rows: Preview['reset'] }) {
  return (
    <div>
      <h3 className="text-sm font-semibold">{title}</h3>
      <ul className="max-h-60 overflow-auto text-sm">
        {rows.map(({ node, why }) => (
          <li key={node}>
            <b>{node}</b> <span className="text-soft">{why}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function bodyOf(verb: Verb, node: string | undefined): object {
  if (verb === 'cancel') return {};
  if (verb === 'retry') return { scope: 'failed' };
  return node === undefined ? { scope: 'all' } : { scope: 'from', nodes: [node] };
}

function commandOf(verb: Verb, run: string, node: string | undefined): string {
  if (verb === 'cancel') return `sluice cancel ${run}`;
  if (verb === 'retry') return `sluice retry ${run} --failed`;
  return node === undefined ? `sluice rerun ${run}` : `sluice rerun ${run} --from ${node}`;
}
