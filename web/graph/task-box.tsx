/** A task in the graph: its name, how it stands, and for a fan-out how many of its nodes stand how. */
import { type Node, type NodeProps, useStore } from '@xyflow/react';
import { memo } from 'react';
import type { GraphTask } from '../api/model.ts';
import { Sign, TONE_BORDER, TONE_FILL, toneOf, words } from '../ui/status.tsx';
import { partOf } from './parts.ts';

export const BOX = { width: 196, height: 58 } as const;

/**
 * Said beforehand, a box needs not be measured: for a thousand of them that takes longer than to draw them. No edge of the library ends
 * there.
 */
export const SIZED: Pick<TaskBox, 'width' | 'height' | 'measured' | 'handles'> = {
  ...BOX,
  measured: BOX,
  handles: [],
};

export type TaskBox = Node<
  {
    readonly task: GraphTask;
    readonly isCritical: boolean;
    readonly isChosen: boolean;
  },
  'task'
>;

/** From so far away nobody reads what stands in a box: it is its colour, and a thousand of them are drawn in time. */
const FAR = 0.3;
const isFarAway = ({ transform }: { readonly transform: readonly [number, number, number] }) =>
  transform[2] < FAR;

export const TaskBoxView = memo(function TaskBoxView({
  data: { task, isCritical, isChosen },
}: NodeProps<TaskBox>) {
  const isFar = useStore(isFarAway);
  const ring = isChosen ? ' ring-2 ring-accent' : isCritical ? ' ring-2 ring-critical' : '';
  const tone = toneOf(task.status);
  const title = `${task.id}: ${words(task.status)}${isCritical ? ', on the critical path' : ''}`;
  if (isFar)
    return (
      <div
        className={`h-[58px] w-[196px] cursor-pointer rounded-lg border-8 bg-card ${TONE_BORDER[tone]}${ring}`}
        title={title}
      >
        {task.states === null ? null : <Shares states={task.states} items={task.items} />}
      </div>
    );
  return (
    <div
      className={`flex h-[58px] w-[196px] cursor-pointer flex-col justify-center gap-1 rounded-lg border-2 bg-card px-2 shadow-sm ${TONE_BORDER[tone]}${ring}`}
      title={title}
    >
      <div className="flex items-center gap-1 text-sm font-medium">
        <Sign state={task.status} />
        <span className="truncate">{task.id}</span>
        {task.states === null ? null : (
          <span className="ml-auto text-xs text-soft tabular-nums">
            {progressOf(task.states, task.items)}
          </span>
        )}
      </div>
      {task.states === null ? (
        <div className="truncate pl-5 text-xs text-soft">
          {PARTS[partOf(task)]}
          {task.uses} · {words(task.status)}
        </div>
      ) : (
        <Shares states={task.states} items={task.items} />
      )}
    </div>
  );
});

/** What comes after the main part says so. */
const PARTS = ['', 'compensation · ', 'handler · '];

const OVER = ['succeeded', 'skipped', 'cancelled', 'upstream_failed', 'failed'];

/** `4 / 20` while nodes go on, `×20` in the end. */
function progressOf(states: States, items: number | null): string {
  const over = OVER.reduce((sum, state) => sum + (states[state] ?? 0), 0);
  const all = Math.max(total(states), items ?? 0);
  return over >= all ? `×${all}` : `${over} / ${all}`;
}

type States = { readonly [state: string]: number };

const ORDER = [
  'succeeded',
  'running',
  'retrying',
  'queued',
  'blocked',
  'waiting',
  'pending',
  'skipped',
  'cancelled',
  'upstream_failed',
  'failed',
];

function Shares({ states, items }: { readonly states: States; readonly items: number | null }) {
  const all = Math.max(total(states), items ?? 0, 1);
  let at = 0;
  return (
    <svg
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      className="h-2 w-full overflow-hidden rounded-full"
      role="img"
      aria-label={summary(states)}
    >
      <rect width="100" height="6" className="fill-sunk" />
      {ORDER.map((state) => {
        const width = (100 * (states[state] ?? 0)) / all;
        const x = at;
        at += width;
        return width === 0 ? null : (
          <rect key={state} x={x} width={width} height="6" className={TONE_FILL[toneOf(state)]} />
        );
      })}
    </svg>
  );
}

export function summary(states: States): string {
  return ORDER.filter((state) => states[state])
    .map((state) => `${states[state]} ${words(state)}`)
    .join(', ');
}

function total(states: States): number {
  return Object.values(states).reduce((sum, count) => sum + count, 0);
}
