/** When each task waited and worked, on one time line. Waiting begins when a task could begin. */
import type { GraphTask } from '../api/model.ts';
import { Sign, TONE_FILL, toneOf } from '../ui/status.tsx';
import { durationWords, useNow } from '../ui/time.tsx';

/** What these do is wait: for a time, a signal or somebody. */
const WAITERS: ReadonlySet<string> = new Set(['wait', 'approval']);

interface Props {
  readonly tasks: readonly GraphTask[];
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly chosen: string | undefined;
  readonly onChoose: (task: string) => void;
}

export function Waterfall({ tasks, startedAt, finishedAt, chosen, onChoose }: Props) {
  const present = useNow();
  if (startedAt === null) return <p className="p-6 text-center text-soft">The run has not begun yet.</p>;
  const start = Date.parse(startedAt);
  const end = Math.max(finishedAt === null ? present : Date.parse(finishedAt), start + 1);
  const at = (time: number) => (100 * (Math.min(Math.max(time, start), end) - start)) / (end - start);
  return (
    <div className="overflow-auto">
      <div className="flex justify-between py-1 pr-3 pl-52 text-xs text-soft tabular-nums">
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <span key={share}>{durationWords((end - start) * share)}</span>
        ))}
      </div>
      {tasks.map((task) => {
        const began = task.started_at === null ? undefined : Date.parse(task.started_at);
        const ready = task.ready_at === null ? (began ?? end) : Date.parse(task.ready_at);
        const ended = task.finished_at === null ? end : Date.parse(task.finished_at);
        const isOver = task.finished_at !== null;
        const waits = began !== undefined || (!isOver && task.status !== 'pending');
        return (
          <button
            type="button"
            key={task.id}
            onClick={() => onChoose(task.id)}
            className={`flex w-full cursor-pointer items-center gap-2 px-3 py-0.5 text-left hover:bg-sunk ${task.id === chosen ? 'bg-sunk' : ''}`}
          >
            <span className="flex w-46 shrink-0 items-center truncate text-sm">
              <Sign state={task.status} />
              <span className="truncate pl-1">{task.id}</span>
            </span>
            <svg
              viewBox="0 0 100 10"
              preserveAspectRatio="none"
              className="h-4 min-w-0 grow"
              aria-hidden="true"
            >
              {waits ? (
                <rect
                  x={at(ready)}
                  y="4"
                  height="2"
                  width={Math.max(0, at(began ?? end) - at(ready))}
                  className="fill-idle opacity-50"
                />
              ) : null}
              {began === undefined ? null : (
                <rect
                  x={at(began)}
                  y={WAITERS.has(task.uses) ? 3 : 1}
                  height={WAITERS.has(task.uses) ? 4 : 8}
                  width={Math.max(0.3, at(ended) - at(began))}
                  className={TONE_FILL[toneOf(task.status)]}
                />
              )}
            </svg>
            <span className="w-32 shrink-0 text-right text-xs text-soft tabular-nums">
              {began === undefined ? '' : `${durationWords(ended - began)}`}
              {began !== undefined && began - ready > 50 ? ` +${durationWords(began - ready)}` : ''}
            </span>
          </button>
        );
      })}
      <p className="px-3 py-2 text-xs text-soft">
        Thick: at work. Thin: waiting for a worker or a limit, its length behind the +, or as the task itself
        for a time or somebody.
      </p>
    </div>
  );
}
