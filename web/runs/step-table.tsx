/** All tasks of a run in a table; nodes of a fan-out open on demand. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { GraphTask, RunNode } from '../api/model.ts';
import { nodesQuery, type RunRef } from '../api/queries.ts';
import { summary } from '../graph/task-box.tsx';
import { Status } from '../ui/status.tsx';
import { Took } from '../ui/time.tsx';
import { FanOut } from './fan-out.tsx';
import { Worked } from './worked.tsx';

interface Props {
  readonly run: RunRef;
  readonly tasks: readonly GraphTask[];
  readonly chosen: string | undefined;
  readonly onChoose: (node: string) => void;
}

/** Beyond this their workers and attempts are not asked for: they stand with the nodes, which are read anew whenever one of them changes. */
const FEW = 200;

export function StepTable({ run, tasks, chosen, onChoose }: Props) {
  const isFew = tasks.length <= FEW;
  const { data } = useQuery({ ...nodesQuery(run, { tasks_only: true }), enabled: isFew });
  const nodes = new Map(data?.nodes.map((node) => [node.id, node]));
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
            <th className="px-3 py-1 font-medium">Attempts</th>
            {isFew ? <th className="px-3 py-1 font-medium">Worker</th> : null}
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
              node={isFew ? (nodes.get(task.id) ?? null) : undefined}
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
  node,
  isOpen,
  onToggle,
}: Omit<Props, 'tasks'> & {
  readonly task: GraphTask;
  /** With its attempts; null before it is known, undefined where it is not asked for. */
  readonly node: RunNode | null | undefined;
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
          {node == null || node.attempts.length < 2 ? (
            <Took from={task.started_at} to={task.finished_at} />
          ) : (
            <Worked node={node} />
          )}
        </td>
        <td className="px-3 py-1 tabular-nums">{task.attempts || ''}</td>
        {node === undefined ? null : <td className="px-3 py-1 text-soft">{node?.attempts.at(-1)?.worker}</td>}
        <td className="px-3 py-1 text-soft">{task.uses}</td>
        <td className="px-3 py-1 text-soft">{task.queue}</td>
      </tr>
      {isOpen ? (
        <tr>
          <td colSpan={7} className="bg-sunk p-0">
            <FanOut run={run} task={task.id} chosen={chosen} onChoose={onChoose} />
          </td>
        </tr>
      ) : null}
    </>
  );
}
