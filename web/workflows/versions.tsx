/** The versions of a workflow, what differs between two of them, and going back to one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { AsCommand } from '../ui/as-command.tsx';
import { Button, Dialog, Trouble } from '../ui/parts.tsx';
import { Ago } from '../ui/time.tsx';
import { versionQuery, type Workflow, type WorkflowRef } from './queries.ts';

const Diff = lazy(() => import('../editor/diff.tsx'));
const route = getRouteApi('/ns/$namespace/workflows/$workflow');

interface Props {
  readonly place: WorkflowRef;
  readonly workflow: Workflow;
}

export function Versions({ place, workflow }: Props) {
  const { from, to } = route.useSearch();
  const [asked, setAsked] = useState<number>();
  const newest = to ?? workflow.versions[0]?.number;
  const older = from ?? workflow.versions.find(({ number }) => number < (newest ?? 0))?.number;
  return (
    <div>
      <table className="w-full text-left text-sm">
        <thead className="text-xs text-soft">
          <tr>
            {['Version', 'Applied', 'Compare', ''].map((title) => (
              <th key={title} scope="col" className="px-3 py-1 font-medium">
                {title === '' ? <span className="sr-only">What can be done</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {workflow.versions.map(({ number, plan, applied_at }) => (
            <tr key={number} className="border-t border-line">
              <td className="px-3 py-1.5">
                {number} {number === workflow.version ? <span className="text-ok">current</span> : null}{' '}
                <span className="font-mono text-xs text-soft" title={plan}>
                  {plan.slice(0, 8)}
                </span>
              </td>
              <td className="px-3 py-1.5">
                <Ago at={applied_at} />
              </td>
              <td className="px-3 py-1.5">
                <Choose number={number} from={older} to={newest} />
              </td>
              <td className="flex flex-wrap justify-end gap-3 px-3 py-1.5">
                <Link
                  to="/ns/$namespace/workflows/$workflow/start"
                  params={place}
                  search={{ version: number }}
                >
                  Start
                </Link>
                <Link
                  to="/ns/$namespace/workflows/$workflow/edit"
                  params={place}
                  search={{ version: number }}
                >
                  Edit
                </Link>
                {number === workflow.version ? null : (
                  <button
                    type="button"
                    className="cursor-pointer text-link hover:underline"
                    onClick={() => setAsked(number)}
                  >
                    Make current…
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {older === undefined || newest === undefined ? null : (
        <Between place={place} older={older} newer={newest} />
      )}
      {asked === undefined ? null : (
        <RollBack place={place} version={asked} onClose={() => setAsked(undefined)} />
      )}
    </div>
  );
}

/** Two columns of radio buttons: what it was, and what it became. */
function Choose({
  number,
  from,
  to,
}: {
  readonly number: number;
  readonly from: number | undefined;
  readonly to: number | undefined;
}) {
  const navigate = route.useNavigate();
  const choose = (chosen: { from?: number; to?: number }) =>
    void navigate({ search: (old) => ({ ...old, from, to, ...chosen }), replace: true });
  return (
    <span className="flex gap-2">
      {(['from', 'to'] as const).map((side) => (
        <label key={side} className="inline-flex min-h-6 cursor-pointer items-center gap-1 text-xs text-soft">
          <input
            type="radio"
            name={`compare-${side}`}
            checked={(side === 'from' ? from : to) === number}
            onChange={() => choose({ [side]: number })}
            aria-label={`Compare ${side} version ${number}`}
            className="h-4 w-4"
          />
          {side}
        </label>
      ))}
    </span>
  );
}

function Between({
  place,
  older,
  newer,
}: {
  readonly place: WorkflowRef;
  readonly older: number;
  readonly newer: number;
}) {
  const before = useQuery(versionQuery(place, older));
  const after = useQuery(versionQuery(place, newer));
  const error = before.error ?? after.error;
  if (error) return <Trouble error={error} />;
  if (before.data === undefined || after.data === undefined) return <p className="p-6 text-soft">Loading…</p>;
  const lost = [before.data, after.data].find(({ source }) => source === null);
  if (lost !== undefined)
    return (
      <p className="border-t border-line p-3 text-sm text-soft">
        The text of version {lost.number} was not kept: it was applied by a program, or by an older Sluice.
      </p>
    );
  return (
    <section
      className="border-t border-line"
      aria-label={`What version ${newer} changed of version ${older}`}
    >
      <h3 className="px-3 py-2 text-sm font-semibold">
        Version {older} → {newer}
        {before.data.source === after.data.source ? ': the same text' : ''}
      </h3>
      <Suspense fallback={<p className="p-6 text-soft">Loading…</p>}>
        <Diff before={before.data.source ?? ''} after={after.data.source ?? ''} />
      </Suspense>
    </section>
  );
}

function RollBack({
  place,
  version,
  onClose,
}: {
  readonly place: WorkflowRef;
  readonly version: number;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const path = apiPath(place.namespace, 'workflows', place.workflow, 'rollback');
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => post(path, { version }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['workflow', place.namespace, place.workflow] });
      onClose();
    },
  });
  return (
    <Dialog title={`Make version ${version} of ${place.workflow} the current one?`} onClose={onClose}>
      <p className="pb-3 text-sm">
        New runs and its schedules take version {version}. Runs that have begun keep theirs.
      </p>
      <AsCommand
        cli={['rollback', place.workflow, String(version), '--namespace', place.namespace]}
        request={{ method: 'POST', path, body: { version } }}
      />
      {error ? <Trouble error={error} /> : null}
      <div className="flex justify-end gap-2 pt-3">
        <Button onClick={onClose}>Leave it</Button>
        <ActionButton needs="operator" kind="main" disabled={isPending} onClick={() => mutate()}>
          Make it current
        </ActionButton>
      </div>
    </Dialog>
  );
}
