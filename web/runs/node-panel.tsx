/** One node: why it stands as it does, its attempts, log, inputs and outputs, and what can be done with it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useState } from 'react';
import type { GraphTask, RunNode } from '../api/model.ts';
import { explainQuery, nodeQuery, type RunRef } from '../api/queries.ts';
import { Copy, Trouble } from '../ui/parts.tsx';
import { Status } from '../ui/status.tsx';
import { Ticked } from '../ui/ticked.tsx';
import { At } from '../ui/time.tsx';
import { Answer } from './answer.tsx';
import { Artifact } from './artifact.tsx';
import { Attempts } from './attempts.tsx';
import { errorHead, errorRest } from './error-text.ts';
import { FanOut } from './fan-out.tsx';
import { AttemptLogs } from './log/attempt-logs.tsx';
import type { AttemptRef } from './log/lines.ts';
import { useArrival } from './use-arrival.ts';

const OVER = ['succeeded', 'failed', 'skipped', 'upstream_failed', 'cancelled'];

/** A place in the log of a node. */
export interface LogPlace {
  readonly attempt?: number | undefined;
  readonly line?: number | undefined;
  /** Another attempt that is shown beside it. */
  readonly beside?: number | undefined;
}

interface Props {
  readonly run: RunRef;
  readonly node: string;
  /** That it is, or is a node of. */
  readonly task: GraphTask | undefined;
  readonly onChoose: (node: string) => void;
  /** Where the address leads to. */
  readonly at: LogPlace;
  readonly onAt: (at: LogPlace) => void;
  /** Somebody chose it here: not the address, by which the page was opened. */
  readonly isCalled: boolean;
  readonly onClose: () => void;
}

export function NodePanel({ run, node, task, onChoose, at, onAt, isCalled, onClose }: Props) {
  const { data, error } = useQuery(nodeQuery(run, node));
  const panel = useArrival(isCalled, onClose);
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      className="flex h-full min-h-0 scroll-mt-3 flex-col overflow-auto rounded-lg border border-line bg-card"
      aria-label={`Node ${node}`}
    >
      <header className="flex items-center gap-2 border-b border-line px-3 py-2">
        <h2 className="truncate font-semibold">{node}</h2>
        {data === undefined ? null : <Status state={data.status} />}
        <button
          type="button"
          className="ml-auto cursor-pointer px-1 text-soft"
          aria-label="Close"
          onClick={onClose}
        >
          ✕
        </button>
      </header>
      {task?.description == null ? null : (
        <p className="border-b border-line px-3 py-2 text-sm">{task.description}</p>
      )}
      {error ? <Trouble error={error} /> : null}
      {data === undefined ? null : (
        <NodeTabs run={run} node={data} task={task} onChoose={onChoose} at={at} onAt={onAt} />
      )}
    </aside>
  );
}

function NodeTabs({
  run,
  node,
  task,
  onChoose,
  at,
  onAt,
}: Omit<Props, 'node' | 'isCalled' | 'onClose'> & { readonly node: RunNode }) {
  const isOver = OVER.includes(node.status);
  const [attempt, setAttempt] = useState<number | undefined>(at.attempt);
  const number = attempt ?? node.attempts.at(-1)?.number;
  const chosen = node.attempts.find((one) => one.number === number);
  const { beside } = at;
  const isFanOut = task?.id === node.id && task.states !== null;
  const attemptOf = (one: number): AttemptRef => {
    const known = node.attempts.find(({ number }) => number === one);
    return { run, node: node.id, attempt: one, isOver: isOver || known?.finished_at != null };
  };
  return (
    <>
      <Answer run={run} node={node} />
      {isOver && node.status === 'succeeded' ? null : (
        <Why run={run} node={node.id} known={chosen?.error?.message} />
      )}
      <ChildLink namespace={run.namespace} child={node.child} />
      {chosen?.error ? <Failed error={chosen.error} /> : null}
      <Tabs.Root defaultValue={isFanOut ? 'nodes' : 'log'} className="flex min-h-[60%] grow flex-col">
        <Tabs.List
          className="flex flex-wrap gap-1 border-b border-line px-2 pt-1"
          aria-label="About this node"
        >
          {[isFanOut ? 'nodes' : 'log', 'outputs', 'attempts'].map((name) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="cursor-pointer rounded-t px-3 py-1 text-sm text-soft capitalize data-[state=active]:bg-sunk data-[state=active]:text-text"
            >
              {name}
            </Tabs.Trigger>
          ))}
          {node.attempts.length > 1 ? (
            <span className="ml-auto flex gap-1">
              <AttemptChoice name="Attempt" node={node} value={number} onValue={setAttempt} />
              <AttemptChoice
                name="Beside it"
                node={node}
                value={beside}
                none="alone"
                onValue={(one) => onAt({ ...at, beside: one })}
              />
            </span>
          ) : null}
        </Tabs.List>
        <Tabs.Content value="log" className="min-h-0 grow">
          {number === undefined ? (
            <p className="p-4 text-soft">No attempt has begun.</p>
          ) : (
            <AttemptLogs
              key={node.id}
              of={attemptOf(number)}
              beside={beside === undefined || beside === number ? undefined : attemptOf(beside)}
              line={attempt === undefined || attempt === at.attempt ? at.line : undefined}
              onLine={(line) => onAt({ attempt: number, line, beside })}
            />
          )}
        </Tabs.Content>
        <Tabs.Content value="nodes" className="min-h-0 grow overflow-hidden">
          <FanOut run={run} task={node.id} chosen={undefined} onChoose={onChoose} className="h-full" />
        </Tabs.Content>
        <Tabs.Content value="outputs" className="min-h-0 grow overflow-auto p-3">
          <Json value={node.outputs} />
          {Object.entries(node.artifacts).map(([name, kept]) => (
            <Artifact key={name} run={run} node={node.id} name={name} kept={kept} />
          ))}
        </Tabs.Content>
        <Tabs.Content value="attempts" className="min-h-0 grow overflow-auto">
          <Attempts node={node} />
        </Tabs.Content>
      </Tabs.Root>
    </>
  );
}

function Failed({
  error: { code, message },
}: {
  readonly error: NonNullable<RunNode['attempts'][number]['error']>;
}) {
  const rest = errorRest(message);
  return (
    <div className="mx-3 mt-2 mb-2 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
      <b>{code}</b> <Ticked text={errorHead(message)} />
      {rest === '' ? null : (
        <pre className="mt-1 max-h-40 overflow-auto text-xs whitespace-pre-wrap">{rest}</pre>
      )}
    </div>
  );
}

function AttemptChoice({
  name,
  node,
  value,
  none,
  onValue,
}: {
  readonly name: string;
  readonly node: RunNode;
  readonly value: number | undefined;
  /** Words for choosing none, where one may. */
  readonly none?: string;
  readonly onValue: (attempt: number | undefined) => void;
}) {
  return (
    <select
      aria-label={name}
      title={name}
      className="rounded border border-line bg-page px-1 text-sm"
      value={value ?? ''}
      onChange={({ target }) => onValue(target.value === '' ? undefined : Number(target.value))}
    >
      {none === undefined ? null : <option value="">{none}</option>}
      {node.attempts.map((one) => (
        <option key={one.number} value={one.number}>
          {none === undefined ? 'attempt' : 'beside'} {one.number}
        </option>
      ))}
    </select>
  );
}

/** The run that it started, where it is a sub-workflow. */
function ChildLink({ namespace, child }: { readonly namespace: string; readonly child: string | null }) {
  if (child === null) return null;
  return (
    <p className="border-b border-line px-3 py-2 text-sm">
      Its run:{' '}
      <Link to="/ns/$namespace/runs/$run" params={{ namespace, run: child }} className="font-mono text-xs">
        {child}
      </Link>
    </p>
  );
}

/** From the engine's own predicates: what it waits for, which rule fired, when it goes on. An error that is `known` stands below. */
function Why({
  run,
  node,
  known,
}: {
  readonly run: RunRef;
  readonly node: string;
  readonly known?: string | undefined;
}) {
  const { data } = useQuery(explainQuery(run, node));
  const reasons = (data?.reasons ?? []).filter(
    ({ text }) => known === undefined || !text.includes(errorHead(known)),
  );
  if (data === undefined || reasons.length === 0) return null;
  return (
    <div className="border-b border-line px-3 py-2 text-sm">
      <h3 className="text-xs font-semibold text-soft">Why it is {data.status.replaceAll('_', ' ')}</h3>
      <ul className="list-disc pl-4">
        {reasons.map(({ text }) => (
          <li key={text}>
            <Ticked text={text} />
          </li>
        ))}
      </ul>
      {data.goes_on_at === null ? null : (
        <p className="text-soft">
          It goes on at <At at={data.goes_on_at} />.
        </p>
      )}
    </div>
  );
}

export function Json({ value }: { readonly value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <div>
      <Copy text={text} label="Copy JSON" />
      <pre className="mt-1 overflow-auto rounded bg-sunk p-2 text-xs">{text}</pre>
    </div>
  );
}
