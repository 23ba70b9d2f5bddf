/** All tasks of a run in a table; nodes of a fan-out open on demand. */
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import type { GraphTask, RunNode } from '../api/model.ts';
import { nodesQuery, type RunRef } from '../api/queries.ts';
import { summary } from '../graph/task-box.tsx';
import { Status } from '../ui/status.tsx';
import { Took } from '../ui/time.tsx';

interface Props {
  readonly run: RunRef;
  readonly tasks: readonly GraphTask[];
  readonly chosen: string | undefined;
  readonly onChoose: (node: string) => void;
}

export function StepTable({ run, tasks, chosen, onChoose }: Props) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <div className="overflow-auto">
      <table className="w-full text-left text-sm">
        <thead className="text-xs text-soft">
          <tr>
            <th className="px-3 py-1 font-medium">Task</th>
            <th className="px-3 py-1 font-medium">Status</th>
            <th className="px-3 py-1 font-medium">Duration</th>
            <th className="px-3 py-1 font-medium">Executor</th>
            <th className="px-3 py-1 font-medium">Queue</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <Rows
              key={task.id}
              task={task}
              run={run}
              chosen={chosen}
              onChoose={onChoose}
              isOpen={open.has(task.id)}
              onToggle={() => toggle(task.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Rows({
  task,
  run,
  chosen,
  onChoose,
  isOpen,
  onToggle,
}: Omit<Props, 'tasks'> & {
  readonly task: GraphTask;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}) {
  const isFanOut = task.states !== null;
  return (
    <>
      <tr className={`border-t border-line ${task.id === chosen ? 'bg-sunk' : ''}`}>
        <td className="px-3 py-1">
          {isFanOut ? (
            <button
              type="button"
              className="mr-1 cursor-pointer"
              aria-expanded={isOpen}
              aria-label={`Nodes of ${task.id}`}
              onClick={onToggle}
            >
              {isOpen ? '▾' : '▸'}
            </button>
          ) : null}
          <button
            type="button"
            className="cursor-pointer font-medium text-link hover:underline"
            onClick={() => onChoose(task.id)}
          >
            {task.id}
          </button>
        </td>
        <td className="px-3 py-1">
          <Status state={task.status} />{' '}
          {task.states === null ? null : <span className="text-xs text-soft">{summary(task.states)}</span>}
        </td>
        <td className="px-3 py-1">
          <Took from={task.started_at} to={task.finished_at} />
        </td>
        <td className="px-3 py-1 text-soft">{task.uses}</td>
        <td className="px-3 py-1 text-soft">{task.queue}</td>
      </tr>
      {isOpen ? (
        <tr>
          <td colSpan={5} className="bg-sunk p-0">
            <FanOut run={run} task={task.id} chosen={chosen} onChoose={onChoose} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

const ROW = 28;

/** A thousand at most in one answer; only the rows in view are drawn. */
function FanOut({ run, task, chosen, onChoose }: Omit<Props, 'tasks'> & { readonly task: string }) {
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
    <div ref={box} className="max-h-72 overflow-auto">
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
              <NodeTook node={node} />
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

export function NodeTook({ node }: { readonly node: RunNode }) {
  return <Took from={node.attempts[0]?.started_at} to={node.attempts.at(-1)?.finished_at} />;
}
