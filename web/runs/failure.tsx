/** Of a failed run, the failure first: which node, what it said last, and what to do. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { LogLine, RunHead, RunNode } from '../api/model.ts';
import { nodesQuery, type RunRef, readLog } from '../api/queries.ts';
import { Command } from '../ui/parts.tsx';
import { Ticked } from '../ui/ticked.tsx';
import { errorHead } from './error-text.ts';

const TAIL = 8;

export function Failure({
  run,
  head,
  onChoose,
}: {
  readonly run: RunRef;
  readonly head: RunHead;
  readonly onChoose: (node: string) => void;
}) {
  const { data } = useQuery(nodesQuery(run, { status: 'failed', limit: 3 }));
  const nodes = data?.nodes.filter(({ attempts }) => attempts.length > 0) ?? [];
  return (
    <section className="rounded-lg border border-bad bg-card" aria-label="Why it failed">
      <p className="bg-bad-soft px-3 py-2 font-medium text-bad">{headingOf(head, nodes)}</p>
      {nodes.map((node) => (
        <FailedNode key={node.id} run={run} node={node} onChoose={onChoose} />
      ))}
      {nodes.some(({ attempts }) => attempts.at(-1)?.error?.code === 'secret_unavailable') ? (
        <p className="px-3 pt-2 text-sm">
          <Link to="/ns/$namespace/secrets" params={{ namespace: run.namespace }}>
            The secrets of the namespace
          </Link>
        </p>
      ) : null}
      <p className="flex flex-wrap items-center gap-2 px-3 py-2 text-sm">
        Mend the cause, then run again what failed and what follows:{' '}
        <Command text={`sluice retry ${run.run} --failed`} />
      </p>
    </section>
  );
}

/** What the one failed node says of itself stands below, and need not stand here, too. */
function headingOf({ error }: RunHead, [first, ...others]: readonly RunNode[]): string {
  const isSame = first?.attempts.at(-1)?.error?.message === error?.message;
  if (first !== undefined && others.length === 0 && isSame) return `${first.id} failed`;
  return error === null ? 'The run failed.' : errorHead(error.message);
}

function FailedNode({
  run,
  node,
  onChoose,
}: {
  readonly run: RunRef;
  readonly node: RunNode;
  readonly onChoose: (node: string) => void;
}) {
  const last = node.attempts.at(-1);
  const lines = useTail(run, node.id, last?.number);
  return (
    <div className="border-b border-line px-3 py-2">
      <p className="text-sm">
        <button
          type="button"
          className="cursor-pointer font-semibold text-link hover:underline"
          onClick={() => onChoose(node.id)}
        >
          {node.id}
        </button>{' '}
        {last?.error == null ? null : (
          <Ticked text={`${last.error.code}: ${errorHead(last.error.message)}`} />
        )}{' '}
        {node.attempts.length > 1 ? (
          <span className="text-soft">after {node.attempts.length} attempts</span>
        ) : null}
      </p>
      {lines.length === 0 ? null : (
        <pre className="mt-1 max-h-40 overflow-auto rounded bg-sunk p-2 text-xs">
          {lines.map(({ text }) => text).join('\n')}
        </pre>
      )}
    </div>
  );
}

function useTail({ namespace, run }: RunRef, node: string, attempt: number | undefined): readonly LogLine[] {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  useEffect(() => {
    if (attempt === undefined) return;
    const stop = new AbortController();
    readLog({ namespace, run }, { node, attempt, after: '0' }, stop.signal)
      .then((page) => setLines(page.lines.slice(-TAIL)))
      .catch(() => {});
    return () => stop.abort();
  }, [namespace, run, node, attempt]);
  return lines;
}
