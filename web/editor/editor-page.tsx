/** Writing a workflow: the text, what is wrong with it, and beside it its graph, help, plan and what has changed. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useRef, useState } from 'react';
import { useAccess } from '../api/access.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { AsCommand } from '../ui/as-command.tsx';
import { Card, Command, Empty, Trouble } from '../ui/parts.tsx';
import { useTitle } from '../ui/title.ts';
import { type Seen, versionQuery, type WorkflowRef, workflowQuery } from '../workflows/queries.ts';
import { Code, type Target } from './code.tsx';
import { Conflict } from './conflict.tsx';
import { Leaving } from './leaving.tsx';
import { Problems } from './problems.tsx';
import { isConflict, saveRequest, useSave } from './save.ts';
import { KeyHelp, LiveGraph, PlanView, SIDES, type Side } from './side.tsx';
import { TestsView } from './tests-view.tsx';
import { schemaQuery, useValidation } from './validation.ts';

const Diff = lazy(() => import('./diff.tsx'));
const editRoute = getRouteApi('/ns/$namespace/workflows/$workflow/edit');
const newRoute = getRouteApi('/ns/$namespace/new-workflow');

const FIRST_TEXT = `# yaml-language-server: $schema=/schema/v1.json
name: my-workflow
description: Says hello.
inputs:
  who: { type: string, default: you }
tasks:
  hello:
    env: { WHO: "\${{ inputs.who }}" }
    run: echo "hello $WHO"
  done:
    needs: hello
    run: echo done
`;

export function EditPage() {
  const place = editRoute.useParams();
  const { version: wanted } = editRoute.useSearch();
  const client = useQueryClient();
  // Asked once: what others save meanwhile must not take the place of what is being written.
  const { data, error } = useQuery({
    queryKey: ['editing', place.namespace, place.workflow, wanted],
    queryFn: async () => {
      const seen = await client.fetchQuery({ ...workflowQuery(place), staleTime: 0 });
      const version = await client.fetchQuery(versionQuery(place, wanted ?? seen.workflow.version));
      return { seen, version };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (error) return <Trouble error={error} />;
  if (data === undefined) return <p className="p-6 text-soft">Loading…</p>;
  const { seen, version } = data;
  if (version.source === null)
    return (
      <Empty command="sluice apply workflow.yaml">
        The text of version {version.number} was not kept: it was applied by a program, or by an older Sluice.
        Apply its file again to edit it here:
      </Empty>
    );
  return (
    <Editor
      // Its state is of one version: saving does not begin anew.
      key={`${place.namespace}/${place.workflow}/${wanted}`}
      namespace={place.namespace}
      known={{
        ...place,
        seen,
        text: version.source,
        folderOf: version.has_folder ? version.number : undefined,
      }}
    />
  );
}

export function NewPage() {
  const { namespace } = newRoute.useParams();
  // Once it is saved its page has the address of the workflow, and is the same page: nothing that is being written is lost. It is
  // left by the way to a new one, which has no such address.
  const shownAs = useRouterState({ select: ({ location }) => location.maskedLocation?.pathname });
  const [seen, setSeen] = useState({ shownAs, number: 1 });
  if (seen.shownAs !== shownAs)
    setSeen({ shownAs, number: shownAs === undefined ? seen.number + 1 : seen.number });
  return <Editor key={`${namespace} ${seen.number}`} namespace={namespace} known={undefined} />;
}

interface Known extends WorkflowRef {
  readonly seen: Seen;
  readonly text: string;
  readonly folderOf: number | undefined;
}

function Editor({ namespace, known }: { readonly namespace: string; readonly known: Known | undefined }) {
  const [base, setBase] = useState({ text: known?.text ?? '', etag: known?.seen.etag });
  const [start, setStart] = useState({ text: known?.text ?? FIRST_TEXT });
  const [text, setText] = useState(start.text);
  const [cursor, setCursor] = useState(0);
  const [goTo, setGoTo] = useState<Target>();
  const [side, setSide] = useState<Side>('graph');
  /** What the first save of a new one has made. */
  const [made, setMade] = useState<string>();
  const workflow = known?.workflow ?? made;
  useTitle(workflow === undefined ? 'New workflow' : `Edit ${workflow}`);
  const client = useQueryClient();
  const schema = useQuery(schemaQuery).data;
  const { validation, isFresh, error } = useValidation(namespace, text);
  const [first] = validation?.workflows ?? [];
  const name = workflow ?? first?.name;
  const [drawn, setDrawn] = useState(first?.graph);
  if (first?.graph !== undefined && first.graph !== drawn) setDrawn(first.graph);
  const refusal = useAccess().refusal('operator');
  const isReadOnly = refusal !== undefined;
  const isChanged = text !== base.text;
  const navigate = useNavigate();
  const save = useSave((saved) => {
    setBase({ text, etag: saved.etag });
    if (workflow !== undefined) return;
    setMade(saved.name);
    void navigate({
      to: '/ns/$namespace/new-workflow',
      params: { namespace },
      // The router goes nowhere where it is already, mask or not.
      hash: 'saved',
      hashScrollIntoView: false,
      mask: {
        to: '/ns/$namespace/workflows/$workflow/edit',
        params: { namespace, workflow: saved.name },
        unmaskOnReload: true,
      },
      replace: true,
      ignoreBlocker: true,
    });
  });
  const saving = (etag: string | undefined) => ({
    namespace,
    workflow: name ?? '',
    source: text,
    etag,
    folderOf: known?.folderOf,
  });
  const canSave =
    isChanged && !isReadOnly && !save.isPending && name !== undefined && validation?.valid === true;
  const onSave = () => {
    if (canSave) save.mutate(saving(base.etag));
  };
  const diagnostics = validation?.diagnostics ?? NONE;
  // The graph is not drawn again for what is typed.
  const written = useRef(text);
  written.current = text;
  const goToTask = useCallback((task: string) => {
    const at = new RegExp(`^ +${task}:`, 'm').exec(written.current);
    if (at !== null) setGoTo({ line: written.current.slice(0, at.index).split('\n').length, column: 3 });
  }, []);
  return (
    <div className="flex flex-col gap-3 p-3">
      <header className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 grow text-lg font-semibold">
          {workflow === undefined ? (
            'New workflow'
          ) : (
            <>
              Edit{' '}
              <Link to="/ns/$namespace/workflows/$workflow" params={{ namespace, workflow }}>
                {workflow}
              </Link>
            </>
          )}
        </h1>
        <span role="status" className="text-sm text-soft">
          {save.data !== undefined && !isChanged
            ? save.data.change === 'unchanged'
              ? 'Saved; nothing that runs has changed, so the version stays'
              : `Saved as version ${save.data.version}`
            : isChanged
              ? 'Not saved'
              : ''}
        </span>
        {workflow === undefined || isChanged ? null : (
          <Link
            to="/ns/$namespace/workflows/$workflow/start"
            params={{ namespace, workflow }}
            className="rounded-md border border-line bg-card px-2.5 py-1 text-sm font-medium text-text hover:bg-sunk hover:no-underline"
          >
            Start…
          </Link>
        )}
        <ActionButton
          data-action
          needs="operator"
          kind="main"
          disabled={!canSave}
          onClick={onSave}
          title="Ctrl-S or ⌘S"
        >
          {workflow === undefined ? 'Save' : 'Save as new version'}
        </ActionButton>
      </header>
      {refusal === undefined ? null : <p className="text-sm text-wait">To read only. {refusal}</p>}
      {known?.folderOf === undefined || isReadOnly ? null : (
        <p className="text-sm text-soft">
          Its folder of files goes along as it is. Files that its workflow file names, such as sub-workflows,
          are changed where they are, then <Command text="sluice apply FOLDER" />
        </p>
      )}
      {save.error && !isConflict(save.error) ? <Trouble error={save.error} /> : null}
      {error ? <Trouble error={error} /> : null}
      <div className="grid gap-3 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Card>
          <div className="h-[60vh] min-h-80">
            <Code
              start={start}
              diagnostics={diagnostics}
              readSchema={() => client.ensureQueryData(schemaQuery)}
              isReadOnly={isReadOnly}
              goTo={goTo}
              onSave={onSave}
              onChange={setText}
              onCursor={setCursor}
            />
          </div>
          <Problems diagnostics={diagnostics} isFresh={isFresh} isReadOnly={isReadOnly} onGo={setGoTo} />
        </Card>
        <Card
          title={
            <span className="flex gap-1" role="tablist" aria-label="Beside the text">
              {SIDES.map((one) => (
                <button
                  key={one}
                  type="button"
                  role="tab"
                  aria-selected={one === side}
                  onClick={() => setSide(one)}
                  className={`cursor-pointer rounded px-2 py-1 capitalize ${one === side ? 'bg-sunk' : 'text-soft'}`}
                >
                  {one}
                </button>
              ))}
            </span>
          }
        >
          <div className="h-[60vh] min-h-80">
            {side === 'graph' ? (
              <LiveGraph
                graph={drawn}
                isOld={first?.graph === undefined}
                chosen={undefined}
                onChoose={goToTask}
              />
            ) : side === 'help' ? (
              <KeyHelp schema={schema} text={text} cursor={cursor} />
            ) : side === 'plan' ? (
              <PlanView namespace={namespace} text={text} name={name} />
            ) : side === 'tests' ? (
              <TestsView key={name ?? ''} namespace={namespace} text={text} name={name} workflow={first} />
            ) : (
              <Suspense fallback={<p className="p-4 text-soft">Loading…</p>}>
                <div className="h-full overflow-auto">
                  {isChanged ? (
                    <Diff before={base.text} after={text} names={['Saved', 'Yours']} />
                  ) : (
                    <p className="p-4 text-sm text-soft">Nothing has changed since it was saved.</p>
                  )}
                </div>
              </Suspense>
            )}
          </div>
        </Card>
      </div>
      <AsCommand cli={['apply', `${name ?? 'workflow'}.yaml`]} request={saveRequest(saving(base.etag))} />
      {isConflict(save.error) && workflow !== undefined ? (
        <Conflict
          place={{ namespace, workflow }}
          mine={text}
          onClose={save.reset}
          onMine={({ etag }) => save.mutate(saving(etag))}
          onTheirs={({ etag }, theirs) => {
            save.reset();
            setText(theirs);
            setStart({ text: theirs });
            setBase({ text: theirs, etag });
          }}
        />
      ) : isConflict(save.error) ? (
        <Trouble error={new Error(`There is a workflow ${name} already; give this one another name.`)} />
      ) : null}
      <Leaving isChanged={isChanged && (workflow !== undefined || text !== FIRST_TEXT)} />
    </div>
  );
}

const NONE: readonly never[] = [];
