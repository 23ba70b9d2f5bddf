/** The attempts of a node, and how long it worked and paused in all. */
import type { RunNode } from '../api/model.ts';
import { Ago, Took } from '../ui/time.tsx';
import { Worked } from './worked.tsx';

export function Attempts({ node }: { readonly node: RunNode }) {
  return (
    <>
      <table className="w-full text-left text-sm">
        <thead className="text-xs text-soft">
          <tr>
            <th className="px-3 py-1 font-medium">Attempt</th>
            <th className="px-3 py-1 font-medium">Began</th>
            <th className="px-3 py-1 font-medium">Took</th>
            <th className="px-3 py-1 font-medium">Worker</th>
            <th className="px-3 py-1 font-medium">Ended with</th>
          </tr>
        </thead>
        <tbody>
          {node.attempts.map((attempt) => (
            <tr key={`${attempt.generation}/${attempt.number}`} className="border-t border-line">
              <td className="px-3 py-1">
                {attempt.number}
                {attempt.generation > 1 ? (
                  <span className="text-soft"> (life {attempt.generation})</span>
                ) : null}
              </td>
              <td className="px-3 py-1">
                <Ago at={attempt.started_at} />
              </td>
              <td className="px-3 py-1">
                <Took from={attempt.started_at} to={attempt.finished_at} />
              </td>
              <td className="px-3 py-1 text-soft">{attempt.worker ?? '–'}</td>
              <td className="px-3 py-1">
                {attempt.error?.code ?? (attempt.finished_at === null ? '' : 'success')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {node.attempts.length < 2 ? null : (
        <p className="border-t border-line px-3 py-2 text-sm text-soft">
          In all <Worked node={node} />
        </p>
      )}
    </>
  );
}
