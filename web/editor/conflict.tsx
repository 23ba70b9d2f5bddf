/** Somebody else has saved meanwhile: both texts, and which is to stand. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Button, Dialog, Trouble } from '../ui/parts.tsx';
import { type Seen, versionQuery, type WorkflowRef, workflowQuery } from '../workflows/queries.ts';

const Diff = lazy(() => import('./diff.tsx'));

interface Props {
  readonly place: WorkflowRef;
  readonly mine: string;
  readonly onMine: (theirs: Seen) => void;
  readonly onTheirs: (theirs: Seen, text: string) => void;
  readonly onClose: () => void;
}

export function Conflict({ place, mine, onMine, onTheirs, onClose }: Props) {
  const seen = useQuery({ ...workflowQuery(place), staleTime: 0 });
  const theirs = useQuery({
    ...versionQuery(place, seen.isFetching ? undefined : seen.data?.workflow.version),
  });
  const error = seen.error ?? theirs.error;
  return (
    <Dialog title="Somebody else has changed it meanwhile" onClose={onClose}>
      {error ? <Trouble error={error} /> : null}
      {seen.data === undefined || theirs.data === undefined ? (
        <p className="pb-3 text-soft">Looking what they wrote…</p>
      ) : (
        <>
          <p className="pb-2 text-sm">
            Version {theirs.data.number} is theirs; marked is what yours would change of it.
          </p>
          <Suspense fallback={<p className="text-soft">Loading…</p>}>
            <Diff before={theirs.data.source ?? ''} after={mine} names={['Theirs', 'Yours']} />
          </Suspense>
        </>
      )}
      <div className="flex flex-wrap justify-end gap-2 pt-3">
        <Button onClick={onClose}>Go on writing</Button>
        <Button
          disabled={typeof theirs.data?.source !== 'string'}
          onClick={() => {
            if (seen.data !== undefined && theirs.data?.source != null)
              onTheirs(seen.data, theirs.data.source);
          }}
        >
          Take theirs
        </Button>
        <Button
          kind="danger"
          disabled={seen.data === undefined || seen.isFetching}
          onClick={() => (seen.data === undefined ? undefined : onMine(seen.data))}
        >
          Save mine over it
        </Button>
      </div>
    </Dialog>
  );
}
