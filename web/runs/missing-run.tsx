/** There is no run of this id, here: perhaps in another namespace. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { RUN_ID, type RunRef, runPlaceQuery } from '../api/queries.ts';
import { Missing } from '../ui/missing.tsx';

const ID_LENGTH = 26;
/** So much of an id is its time: runs of that moment begin alike. */
const TIME_LENGTH = 6;

export function MissingRun({ namespace, run }: RunRef) {
  const id = run.toUpperCase();
  const isId = RUN_ID.test(id);
  const elsewhere = useQuery({ ...runPlaceQuery(id), enabled: isId }).data;
  return (
    <Missing
      what="run"
      sought={
        <>
          <code className="break-all">{run}</code> in the namespace <b>{namespace}</b>
        </>
      }
      reasons={
        isId
          ? [
              'It may have been removed: runs that have ended are kept as long as the retention says.',
              elsewhere === undefined
                ? 'It may be of a namespace that you may not see.'
                : `It is in the namespace ${elsewhere.namespace}.`,
              'A letter may be mistyped.',
            ]
          : [
              `It is no id of a run: that has ${ID_LENGTH} letters and digits${run.length === ID_LENGTH ? ', no I, L, O and U among them' : `, and this ${run.length}`}. Perhaps a part was lost when it was copied.`,
            ]
      }
    >
      {elsewhere === undefined || elsewhere.namespace === namespace ? null : (
        <Link to="/ns/$namespace/runs/$run" params={{ namespace: elsewhere.namespace, run: id }}>
          To the run in {elsewhere.namespace}
        </Link>
      )}
      <Link to="/ns/$namespace/runs" params={{ namespace }} search={{ text: id.slice(0, TIME_LENGTH) }}>
        Runs like {id.slice(0, TIME_LENGTH)}…
      </Link>
      <Link to="/ns/$namespace/runs" params={{ namespace }}>
        All runs of {namespace}
      </Link>
    </Missing>
  );
}
