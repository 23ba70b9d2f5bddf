/** What stands beside the text: the graph of it, the documentation of the key at the cursor, what a run would do. */
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { apiPath, post } from '../api/http.ts';
import { AsCommand } from '../ui/as-command.tsx';
import { Button, Trouble } from '../ui/parts.tsx';
import { durationWords } from '../ui/time.tsx';
import type { Graph } from '../workflows/queries.ts';
import { keysOf, type Schema, schemasAt, typesOf } from './schema-walk.ts';
import { keyAt, placeAt } from './yaml-place.ts';

const DefinitionGraph = lazy(() => import('./definition-graph.tsx'));

export const SIDES = ['graph', 'help', 'plan', 'tests', 'changes'] as const;
export type Side = (typeof SIDES)[number];

export function LiveGraph({
  graph,
  isOld,
  chosen,
  onChoose,
}: {
  readonly graph: Graph | undefined;
  /** It is of an earlier text: the present one has mistakes. */
  readonly isOld: boolean;
  readonly chosen: string | undefined;
  readonly onChoose: (task: string) => void;
}) {
  if (graph === undefined)
    return <p className="p-4 text-sm text-soft">The graph is drawn once there is one.</p>;
  return (
    <div className="flex h-full flex-col">
      {isOld ? (
        <p role="status" className="border-b border-line px-4 py-1.5 text-sm text-wait">
          As of the last text without mistakes.
        </p>
      ) : null}
      <div className={`min-h-0 grow ${isOld ? 'opacity-50' : ''}`}>
        <Suspense fallback={<p className="p-4 text-soft">Loading…</p>}>
          <DefinitionGraph graph={graph} chosen={chosen} onChoose={onChoose} direction="down" />
        </Suspense>
      </div>
    </div>
  );
}

/** The documentation of the key under the cursor, and the keys that may stand below it. */
export function KeyHelp({
  schema,
  text,
  cursor,
}: {
  readonly schema: Schema | undefined;
  readonly text: string;
  readonly cursor: number;
}) {
  if (schema === undefined) return null;
  const path = keyAt(text, cursor);
  const { uses } = placeAt(text, cursor);
  const schemas = schemasAt(schema, path, uses);
  const said = schemas.flatMap(({ description }) => description ?? []);
  const types = typesOf(schemas);
  const below = [...keysOf(schemas)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what may scroll must be reached by the keyboard.
    <section className="h-full overflow-auto p-4 text-sm" tabIndex={0} aria-label="Documentation of the key">
      <h2 className="font-mono font-semibold break-words">
        {path.length === 0 ? 'workflow' : path.join('.').replaceAll('.[]', '[]')}
      </h2>
      {[...new Set(said)].map((one) => (
        <p key={one} className="pt-1">
          {one}
        </p>
      ))}
      {schemas.length === 0 ? <p className="pt-1 text-soft">The language has no such key.</p> : null}
      {types.length === 0 ? null : <p className="pt-1 text-soft">{types.join('; ')}</p>}
      {below.length === 0 ? null : (
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 pt-3">
          {below.map(([key, { description }]) => (
            <div key={key} className="contents">
              <dt className="font-mono">{key}</dt>
              <dd className="text-soft">{description ?? ''}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

/** Of the answer, which is as `sluice plan --json` prints it, what is shown. */
interface Forecast {
  readonly tasks: readonly {
    readonly task: string;
    readonly level: number;
    readonly expected: string;
    readonly nodes: number | null;
  }[];
  readonly levels: number;
  readonly nodes: number;
  readonly is_exact: boolean;
  readonly critical_path: readonly string[];
  readonly estimate_ms: number | null;
  readonly learned_from: number;
}

/** What a run of the text would do, with the given inputs, without running it. */
export function PlanView({
  namespace,
  text,
  name,
}: {
  readonly namespace: string;
  readonly text: string;
  readonly name: string | undefined;
}) {
  const [inputs, setInputs] = useState('{}');
  const path = apiPath(namespace, 'plan');
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: async () => {
      let values: unknown;
      try {
        values = JSON.parse(inputs === '' ? '{}' : inputs);
      } catch {
        throw new Error('The inputs must be a JSON object, such as {"year": 2014}.');
      }
      return post<Forecast>(path, { source: text, inputs: values });
    },
  });
  return (
    <div className="flex h-full flex-col gap-3 overflow-auto p-4 text-sm">
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <label className="flex grow flex-col gap-1">
          Inputs, JSON
          <input
            value={inputs}
            spellCheck={false}
            autoComplete="off"
            className="rounded border border-line bg-page px-2 py-1 font-mono"
            onChange={({ target }) => setInputs(target.value)}
          />
        </label>
        <Button type="submit" kind="main" disabled={isPending}>
          Plan
        </Button>
      </form>
      {error ? <Trouble error={error} /> : null}
      {data === undefined ? (
        <p className="text-soft">Says what a run of this text would do. Nothing is run or stored.</p>
      ) : (
        <PlanResult forecast={data} />
      )}
      <AsCommand
        cli={['plan', `${name ?? 'workflow'}.yaml`]}
        request={{ method: 'POST', path, body: { source: text, inputs: {} } }}
      />
    </div>
  );
}

function PlanResult({ forecast }: { readonly forecast: Forecast }) {
  const { tasks, levels, nodes, is_exact: isExact, critical_path: path, estimate_ms: ms } = forecast;
  return (
    <>
      <p>
        {isExact ? '' : 'At least '}
        {nodes} {nodes === 1 ? 'node' : 'nodes'} in {levels} {levels === 1 ? 'level' : 'levels'}
        {ms === null ? '' : `, about ${durationWords(ms)} as learned from ${forecast.learned_from} runs`}.
      </p>
      {path.length === 0 ? null : <p className="text-soft">Longest way: {path.join(' → ')}</p>}
      <table className="text-left">
        <thead className="text-xs text-soft">
          <tr>
            {['Task', 'Level', 'Nodes', 'Expected'].map((title) => (
              <th key={title} scope="col" className="py-1 pr-3 font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <tr key={task.task} className="border-t border-line">
              <td className="py-1 pr-3 font-mono">{task.task}</td>
              <td className="py-1 pr-3">{task.level}</td>
              <td className="py-1 pr-3">{task.nodes ?? 'not known before'}</td>
              <td className="py-1 pr-3">{task.expected.replaceAll('_', ' ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
