/** How long a node worked, and apart from that how long it paused and stood in queues between its attempts. */
import type { RunNode } from '../api/model.ts';
import { durationWords, Took, useNow } from '../ui/time.tsx';
import { sumsOf } from './attempt-times.ts';

export function Worked({ node }: { readonly node: Pick<RunNode, 'attempts' | 'status'> }) {
  const { attempts } = node;
  const [first] = attempts;
  if (attempts.length < 2 || first === undefined)
    return <Took from={first?.started_at} to={first?.finished_at} />;
  return <OfSeveral node={node} />;
}

function OfSeveral({ node }: { readonly node: Pick<RunNode, 'attempts' | 'status'> }) {
  const now = useNow();
  const { workMs, betweenMs } = sumsOf(node, now);
  return (
    <span
      className="whitespace-nowrap tabular-nums"
      title={`${durationWords(workMs)} at work, ${durationWords(betweenMs)} in pauses and queues between attempts`}
    >
      {durationWords(workMs)}
      {betweenMs === 0 ? null : <span className="text-soft"> + {durationWords(betweenMs)} between</span>}
    </span>
  );
}
