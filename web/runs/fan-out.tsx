/** The nodes of a fan-out, each with how it stands. */
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { nodesQuery, type RunRef } from '../api/queries.ts';
import { Status } from '../ui/status.tsx';
import { Worked } from './worked.tsx';

const ROW = 28;

interface Props {
  readonly run: RunRef;
  readonly task: string;
  readonly chosen: string | undefined;
  readonly onChoose: (node: string) => void;
  readonly className?: string;
}

/** A thousand at most in one answer; only the rows in view are drawn. */
export function FanOut({ run, task, chosen, onChoose, className = 'max-h-72' }: Props) {
  const { data, isPending } = useQuery(nodesQuery(run, { task }));
  const nodes = (data?.nodes ?? []).filter(({ index }) => index !== null);
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  if (isPending) return <p className="px-6 py-2 text-soft">Loading…</p>;
  return (
    <div ref={box} className={`overflow-auto ${className}`}>
      <div className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const node = nodes[index];
          return node === undefined ? null : (
            <button
              key={node.id}
              type="button"
              onClick={() => onChoose(node.id)}
              style={{ transform: `translateY(${start}px)`, height: ROW }}
              className={`absolute flex w-full cursor-pointer items-center gap-3 px-8 text-left hover:bg-card ${node.id === chosen ? 'bg-card' : ''}`}
            >
              <span className="w-48 truncate">{node.id}</span>
              <Status state={node.status} />
              <Worked node={node} />
            </button>
          );
        })}
      </div>
      {data?.next ? (
        <p className="px-8 py-1 text-xs text-soft">Further nodes: sluice show {run.run} --json</p>
      ) : null}
    </div>
  );
}
