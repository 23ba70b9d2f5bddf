/**
 * When each task waited and worked, on one time line: each attempt by itself, with the pause before the next. Waiting begins when a task
 * could begin. Only the rows in view are drawn.
 */
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { type GraphTask, isEnded, type RunHead, type RunNode } from '../api/model.ts';
import { nodesQuery, type RunRef } from '../api/queries.ts';
import { Sign, TONE_FILL, toneOf, words } from '../ui/status.tsx';
import { durationWords, useNow } from '../ui/time.tsx';
import { type Span, spansOf } from './attempt-times.ts';

/** What these do is wait: for a time, a signal or somebody. */
const WAITERS: ReadonlySet<string> = new Set(['wait', 'approval']);
const ROW = 24;
/** Beyond this, attempts are asked for when the run is over: they stand with the nodes, which are read anew whenever one changes. */
const FEW = 200;

interface Props {
  readonly run: RunRef;
  readonly head: RunHead;
  readonly tasks: readonly GraphTask[];
  readonly chosen: string | undefined;
  readonly onChoose: (task: string) => void;
}

export function Waterfall({ run, head, tasks, chosen, onChoose }: Props) {
  const present = useNow();
  const hasRetries = tasks.some(({ attempts }) => (attempts ?? 0) > 1);
  const { data } = useQuery({
    ...nodesQuery(run, { tasks_only: true }),
    enabled: hasRetries && (tasks.length <= FEW || isEnded(head.status)),
  });
  const retried = new Map(
    data?.nodes.filter(({ attempts }) => attempts.length > 1).map((node) => [node.id, node]),
  );
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 15,
  });
  if (head.started_at === null)
    return <p className="p-6 text-center text-soft">The run has not begun yet.</p>;
  const start = Date.parse(head.started_at);
  const end = Math.max(head.finished_at === null ? present : Date.parse(head.finished_at), start + 1);
  return (
    <div>
      <div
        className="flex items-center justify-between gap-2 py-1 pr-21 pl-32 text-xs text-soft tabular-nums sm:pr-37 sm:pl-51"
        aria-hidden="true"
      >
        <span>0</span>
        <span className="max-sm:hidden">{durationWords((end - start) * 0.5)}</span>
        <span>{durationWords(end - start)}</span>
      </div>
      <div ref={box} className="max-h-[max(22rem,calc(var(--room)-7rem))] overflow-auto">
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start: top }) => {
            const task = tasks[index];
            if (task === undefined) return null;
            const spans = spansOfTask(task, retried.get(task.id), { now: end, isOver: isEnded(head.status) });
            return (
              <button
                type="button"
                key={task.id}
                onClick={() => onChoose(task.id)}
                style={{ transform: `translateY(${top}px)`, height: ROW }}
                title={titleOf(task, spans)}
                className={`absolute flex w-full cursor-pointer items-center gap-2 px-3 text-left hover:bg-sunk ${task.id === chosen ? 'bg-sunk' : ''}`}
              >
                <span className="flex w-27 shrink-0 items-center truncate text-sm sm:w-46">
                  <Sign state={task.status} />
                  <span className="truncate pl-1">{task.id}</span>
                </span>
                <Bars spans={spans} isWaiter={WAITERS.has(task.uses)} from={start} to={end} />
                <Lengths spans={spans} />
              </button>
            );
          })}
        </div>
      </div>
      <Legend />
    </div>
  );
}

/** Of several attempts by what they say of themselves, else by the task. */
function spansOfTask(
  task: GraphTask,
  node: RunNode | undefined,
  { now, isOver }: { readonly now: number; readonly isOver: boolean },
): readonly Span[] {
  if (node !== undefined) return spansOf(node, now);
  const began = task.started_at === null ? undefined : Date.parse(task.started_at);
  const ended = task.finished_at === null ? now : Date.parse(task.finished_at);
  const waits = began !== undefined || (task.finished_at === null && !isOver && task.status !== 'pending');
  if (!waits) return [];
  // That of a later attempt is later than the first began.
  const ready = Math.min(task.ready_at === null ? (began ?? now) : Date.parse(task.ready_at), began ?? now);
  const queue = { kind: 'queue', from: ready, to: began ?? now, attempt: 1, state: 'queued' } as const;
  if (began === undefined) return [queue];
  return [queue, { kind: 'work', from: began, to: ended, attempt: 1, state: task.status }];
}

function Bars({
  spans,
  isWaiter,
  from,
  to,
}: {
  readonly spans: readonly Span[];
  readonly isWaiter: boolean;
  readonly from: number;
  readonly to: number;
}) {
  const at = (time: number) => (100 * (Math.min(Math.max(time, from), to) - from)) / (to - from);
  return (
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" className="h-4 min-w-0 grow" aria-hidden="true">
      {spans.map((span) => {
        const { kind, attempt, state } = span;
        const [left, width] = [at(span.from), at(span.to) - at(span.from)];
        if (kind === 'pause')
          return (
            <line
              key={`${attempt} pause`}
              x1={left}
              x2={left + width}
              y1="5"
              y2="5"
              className="stroke-wait"
              strokeWidth="2"
              strokeDasharray="2 3"
              vectorEffect="non-scaling-stroke"
            />
          );
        if (kind === 'queue')
          return (
            <rect
              key={`${attempt} queue`}
              x={left}
              y="4"
              height="2"
              width={width}
              className="fill-idle opacity-50"
            />
          );
        return (
          <rect
            key={`${attempt} work`}
            x={left}
            y={isWaiter ? 3 : 1}
            height={isWaiter ? 4 : 8}
            width={Math.max(0.3, width)}
            className={TONE_FILL[toneOf(state)]}
          />
        );
      })}
    </svg>
  );
}

const lengthOf = (spans: readonly Span[]) => spans.reduce((ms, { from, to }) => ms + to - from, 0);

/** How long it worked, and behind the + how long it waited in all. */
function Lengths({ spans }: { readonly spans: readonly Span[] }) {
  const worked = spans.filter(({ kind }) => kind === 'work');
  const waited = lengthOf(spans.filter(({ kind }) => kind !== 'work'));
  return (
    <span className="w-16 shrink-0 text-right text-xs text-soft tabular-nums sm:w-32">
      {worked.length === 0 ? '' : durationWords(lengthOf(worked))}
      {worked.length > 0 && waited > 50 ? (
        <span className="max-sm:hidden"> +{durationWords(waited)}</span>
      ) : null}
    </span>
  );
}

const SAID: { readonly [kind in Span['kind']]: string } = {
  queue: 'waited for a worker or a limit',
  work: 'attempt',
  pause: 'pause before the retry',
};

/** Each span on a line of its own. */
function titleOf(task: GraphTask, spans: readonly Span[]): string {
  const lines = spans
    .filter(({ kind, from, to }) => kind === 'work' || to - from > 50)
    .map(({ kind, from, to, attempt, state }) =>
      kind === 'work'
        ? `attempt ${attempt}: ${durationWords(to - from)}, ${words(state)}`
        : `${SAID[kind]}: ${durationWords(to - from)}`,
    );
  return [`${task.id}: ${words(task.status)}`, ...lines].join('\n');
}

function Legend() {
  const swatch = (drawn: React.ReactNode, said: string) => (
    <span className="flex items-center gap-1.5">
      <svg viewBox="0 0 24 10" className="h-2.5 w-6" aria-hidden="true">
        {drawn}
      </svg>
      {said}
    </span>
  );
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-3 py-2 text-xs text-soft">
      {swatch(<rect y="1" width="24" height="8" className="fill-ok" />, 'an attempt at work')}
      {swatch(<rect y="3" width="24" height="4" className="fill-ok" />, 'waiting is its task')}
      {swatch(
        <rect y="4" width="24" height="2" className="fill-idle opacity-50" />,
        'waited for a worker or a limit',
      )}
      {swatch(
        <line x2="24" y1="5" y2="5" className="stroke-wait" strokeWidth="2" strokeDasharray="2 3" />,
        'pause before a retry',
      )}
      <span>
        On the right: at work<span className="max-sm:hidden"> + waited</span>
      </span>
    </p>
  );
}
