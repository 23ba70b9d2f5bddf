/** Starts a run: a form by the declared inputs, what the server refuses at its field, and the same as a command. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useAccess } from '../api/access.ts';
import { apiPath, Problem, post } from '../api/http.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { AsCommand } from '../ui/as-command.tsx';
import { namespaceFlags } from '../ui/command-text.ts';
import { Card, Trouble } from '../ui/parts.tsx';
import { useTitle } from '../ui/title.ts';
import { FormField } from './form-field.tsx';
import { inputFlags, readTyped, type Typed, textOf } from './input-values.ts';
import { MissingWorkflow } from './missing-workflow.tsx';
import { type StartForm, startFormQuery, type WorkflowRef } from './queries.ts';

const route = getRouteApi('/ns/$namespace/workflows/$workflow/start');

export function StartPage() {
  const place = route.useParams();
  const { version } = route.useSearch();
  useTitle(`Start ${place.workflow}`);
  const { data, error } = useQuery(startFormQuery(place, version));
  if (error instanceof Problem && error.status === 404 && version === undefined)
    return <MissingWorkflow {...place} />;
  if (error) return <Trouble error={error} />;
  if (data === undefined) return <p className="p-6 text-soft">Loading…</p>;
  return (
    <div className="mx-auto flex max-w-2xl flex-col gap-3 p-3">
      <h1 className="text-lg font-semibold">
        Start{' '}
        <Link to="/ns/$namespace/workflows/$workflow" params={place}>
          {place.workflow}
        </Link>
        {version === undefined ? '' : `, version ${version}`}
      </h1>
      {data.description === null ? null : (
        <p className="text-sm whitespace-pre-line text-soft">{data.description}</p>
      )}
      <Form key={data.version} place={place} version={version} form={data} />
    </div>
  );
}

interface FormProps {
  readonly place: WorkflowRef;
  readonly version: number | undefined;
  readonly form: StartForm;
}

const NO_PROBLEMS: ReadonlyMap<string, string> = new Map();

function Form({ place, version, form }: FormProps) {
  const fields = Object.entries(form.inputs);
  const [typed, setTyped] = useState<Typed>(() =>
    Object.fromEntries(fields.map(([name, field]) => [name, textOf(field)])),
  );
  const [labels, setLabels] = useState('');
  const [key, setKey] = useState('');
  const [problems, setProblems] = useState(NO_PROBLEMS);
  const refusal = useAccess().refusal('operator');
  const isRefused = refusal !== undefined;
  const element = useRef<HTMLFormElement>(null);
  const navigate = useNavigate();
  const read = readTyped(form.inputs, typed);
  const request = requestOf(place, { version, inputs: read.values, labels: labelsOf(labels), key });
  const { mutate, error, isPending, reset } = useMutation({
    mutationFn: () => post<{ run: string }>(request.path, request.body, request.headers),
    onSuccess: ({ run }) =>
      navigate({ to: '/ns/$namespace/runs/$run', params: { namespace: place.namespace, run } }),
    onError: (thrown) => setProblems(problemsAtFields(thrown)),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: new problems are the occasion.
  useEffect(() => {
    element.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [problems]);
  const isElsewhere = error !== null && !(error instanceof Problem && error.fields.some(isOfInput));
  return (
    <form
      ref={element}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        reset();
        if (isRefused) return;
        setProblems(read.problems);
        if (read.problems.size === 0) mutate();
      }}
    >
      <Card>
        <div className="flex flex-col gap-4 p-4">
          {fields.length === 0 ? <p className="text-sm text-soft">It takes no inputs.</p> : null}
          {fields.map(([name, field]) => (
            <FormField
              key={name}
              name={name}
              field={field}
              text={typed[name] ?? ''}
              problem={problems.get(name)}
              onChange={(text) => {
                setTyped({ ...typed, [name]: text });
                setProblems(new Map([...problems].filter(([other]) => other !== name)));
              }}
            />
          ))}
          <MissingSecrets namespace={place.namespace} form={form} />
          <More labels={labels} onLabels={setLabels} keyText={key} onKey={setKey} />
          {problems.size > 0 ? (
            <p role="alert" className="text-sm text-bad">
              {problems.size === 1 ? 'One input does' : `${problems.size} inputs do`} not fit; nothing was
              started.
            </p>
          ) : null}
        </div>
        {isElsewhere ? <Trouble error={error} /> : null}
        <footer className="flex flex-wrap items-start justify-between gap-3 border-t border-line p-4">
          <AsCommand
            cli={
              labels.trim() === '' && version === undefined
                ? [
                    'start',
                    place.workflow,
                    ...namespaceFlags(place.namespace),
                    ...inputFlags(read),
                    ...(key === '' ? [] : ['--idempotency-key', key]),
                  ]
                : undefined
            }
            request={request}
          />
          <ActionButton needs="operator" data-action kind="main" type="submit" disabled={isPending}>
            Start the run
          </ActionButton>
          {isRefused ? <p className="text-sm text-soft">{refusal}</p> : null}
        </footer>
      </Card>
    </form>
  );
}

/** Secrets that a worker may know, but the store does not. */
function MissingSecrets({ namespace, form }: { readonly namespace: string; readonly form: StartForm }) {
  const maySet = useAccess().refusal('admin') === undefined;
  const missing = form.secrets.filter(({ stored }) => !stored);
  if (missing.length === 0) return null;
  return (
    <section
      aria-label="Missing secrets"
      className="rounded-md border border-wait px-3 py-2 text-sm [overflow-wrap:anywhere]"
    >
      {missing.length === 1 ? 'This secret is' : 'These secrets are'} not in the store of the namespace. Tasks
      that read {missing.length === 1 ? 'it' : 'one'} fail, unless their worker has it in its environment or
      in a file:
      <ul className="pt-1">
        {missing.map(({ name }) => (
          <li key={name}>
            <code>{name}</code>{' '}
            {maySet ? (
              <Link to="/ns/$namespace/secrets" params={{ namespace }} search={{ set: name }}>
                Set {name}…
              </Link>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface MoreProps {
  readonly labels: string;
  readonly onLabels: (text: string) => void;
  readonly keyText: string;
  readonly onKey: (text: string) => void;
}

function More({ labels, onLabels, keyText, onKey }: MoreProps) {
  const box = 'w-full rounded border border-line bg-page px-2 py-1.5 text-sm';
  return (
    <details>
      <summary className="cursor-pointer py-1 text-sm text-soft">Labels and idempotency key</summary>
      <div className="flex flex-col gap-3 pt-2">
        <label className="flex flex-col gap-1 text-sm">
          Labels, one a line: name=value
          <textarea
            rows={2}
            value={labels}
            spellCheck={false}
            className={`${box} font-mono`}
            onChange={({ target }) => onLabels(target.value)}
          />
        </label>
        <label className="flex flex-col gap-1 text-sm">
          Idempotency key: the same key starts one run only
          <input
            value={keyText}
            autoComplete="off"
            spellCheck={false}
            className={`${box} font-mono`}
            onChange={({ target }) => onKey(target.value.trim())}
          />
        </label>
      </div>
    </details>
  );
}

interface Asked {
  readonly version: number | undefined;
  readonly inputs: { readonly [name: string]: unknown };
  readonly labels: { readonly [name: string]: string };
  readonly key: string;
}

function requestOf({ namespace, workflow }: WorkflowRef, { version, inputs, labels, key }: Asked) {
  return {
    method: 'POST' as const,
    path: apiPath(namespace, 'runs'),
    body: {
      workflow,
      ...(version === undefined ? {} : { version }),
      inputs,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    },
    headers: Object.fromEntries(key === '' ? [] : [['idempotency-key', key]]),
  };
}

function labelsOf(text: string): { readonly [name: string]: string } {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

const INPUT = /^\/body\/inputs\/([^/]+)/;
const isOfInput = ({ pointer }: { readonly pointer: string }) => INPUT.test(pointer);

/** The sentences of the server, by the input that they are about. */
function problemsAtFields(thrown: unknown): ReadonlyMap<string, string> {
  if (!(thrown instanceof Problem)) return NO_PROBLEMS;
  const found = new Map<string, string>();
  for (const { pointer, detail } of thrown.fields) {
    const name = INPUT.exec(pointer)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
    if (name !== undefined) found.set(name, [found.get(name), detail].filter(Boolean).join(' '));
  }
  return found;
}
