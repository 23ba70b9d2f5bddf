/** Tasks by runs: each square says how the task went in that run, and leads to it there. */
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../ui/parts.tsx';
import { Status } from '../ui/status.tsx';
import { Ago, clockWords, durationWords, Took } from '../ui/time.tsx';
import type { History, HistoryRun } from './queries.ts';
import { RunSquare } from './run-square.tsx';

/** Tasks that are drawn before anybody asks for all of them. */
const FIRST_TASKS = 40;

interface Props {
  readonly namespace: string;
  readonly history: History;
}

export function HeatSquares({ namespace, history }: Props) {
  const [isWhole, setWhole] = useState(false);
  const runs = [...history.runs].reverse();
  const tasks = isWhole ? history.tasks : history.tasks.slice(0, FIRST_TASKS);
  const hidden = history.tasks.length - tasks.length;
  const when = (run: HistoryRun) => `run of ${clockWords(run.created_at)}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what may scroll must be reached by the keyboard.
    <section className="overflow-x-auto p-3" tabIndex={0} aria-label="How each task went in the last runs">
      <table className="border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th scope="row" className="sticky left-0 bg-card pr-3 text-left font-medium">
              Run
            </th>
            {runs.map((run) => (
              <td key={run.id} className="border-b border-line pb-1">
                <RunSquare namespace={namespace} run={run.id} state={run.status} label={capital(when(run))} />
              </td>
            ))}
          </tr>
        </thead>
        <tbody>
          {tasks.map((task, row) => (
            <tr key={task}>
              <th
                scope="row"
                className="sticky left-0 max-w-48 truncate bg-card pr-3 text-left font-normal"
                title={task}
              >
                {task}
              </th>
              {runs.map((run) => {
                const state = run.states[row];
                const ms = run.ms[row];
                const took = ms == null ? '' : `, ${durationWords(ms)}`;
                return (
                  <td key={run.id} className="p-0">
                    {state == null ? null : (
                      <RunSquare
                        namespace={namespace}
                        run={run.id}
                        node={task}
                        state={state}
                        label={`${task}, ${when(run)}${took}`}
                      />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {hidden > 0 ? (
        <Button className="mt-2" onClick={() => setWhole(true)}>
          {hidden} more tasks
        </Button>
      ) : null}
      {history.more_tasks > 0 ? (
        <p className="pt-2 text-soft">{history.more_tasks} tasks are not shown.</p>
      ) : null}
    </section>
  );
}

/** Hash of the plan → number. */
export type Versions = ReadonlyMap<string, number>;

/** The same runs as a list, newest first. */
export function LastRuns({ namespace, history, versions }: Props & { readonly versions: Versions }) {
  return (
    <ul className="text-sm">
      {history.runs.map((run) => (
        <li
          key={run.id}
          data-row
          className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-3 py-1.5 hover:bg-sunk"
        >
          <span className="w-24">
            <Status state={run.status} />
          </span>
          <Link
            to="/ns/$namespace/runs/$run"
            params={{ namespace, run: run.id }}
            className="font-mono text-xs"
          >
            {run.id}
          </Link>
          <span className="min-w-28">
            <Ago at={run.created_at} />
          </span>
          <span className="min-w-24">
            <Took from={run.created_at} to={run.finished_at} />
          </span>
          {versions.has(run.version) ? (
            <span className="text-xs text-soft">version {versions.get(run.version)}</span>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
