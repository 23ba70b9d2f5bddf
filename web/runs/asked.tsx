/** What a run waits for from people, said where one looks first. */
import { useQuery } from '@tanstack/react-query';
import type { RunHead, RunNode } from '../api/model.ts';
import { nodesQuery, type RunRef } from '../api/queries.ts';
import { Button } from '../ui/parts.tsx';

/** More are found in the table. */
const SHOWN = 5;

export const waitingQuery = (run: RunRef) => nodesQuery(run, { status: 'waiting', limit: 100 });

interface Props {
  readonly run: RunRef;
  readonly head: RunHead;
  readonly chosen: string | undefined;
  readonly onChoose: (node: string) => void;
}

export function Asked({ run, head, chosen, onChoose }: Props) {
  const isWaiting = (head.states.waiting ?? 0) > 0;
  const { data } = useQuery({ ...waitingQuery(run), enabled: isWaiting });
  const asking = isWaiting ? (data?.nodes ?? []).filter((node) => askedWords(node) !== undefined) : [];
  const others = asking.filter(({ id }) => id !== chosen);
  if (others.length === 0) return null;
  return (
    <section
      aria-label="It waits for somebody"
      className="flex flex-col gap-1 rounded-lg border border-wait bg-wait-soft px-3 py-2 text-sm"
    >
      {others.slice(0, SHOWN).map((node) => (
        <p key={node.id} className="flex flex-wrap items-center gap-2">
          <span>
            <b>{node.id}</b> waits for {askedWords(node)}.
          </span>
          <Button onClick={() => onChoose(node.id)}>Answer {node.id}…</Button>
        </p>
      ))}
      {others.length > SHOWN ? <p className="text-soft">and {others.length - SHOWN} more</p> : null}
    </section>
  );
}

/** Undefined when it waits for nobody. */
export function askedWords({ waiting }: RunNode): string | undefined {
  if (waiting?.for === 'approval') return 'an approval';
  if (waiting?.for === 'signal') return `the signal ${waiting.signal ?? ''}`;
  return undefined;
}
