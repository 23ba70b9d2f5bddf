/** Everything that one can go to or do from here, by typing a part of its name. Loaded when somebody opens it. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { type ReactNode, useState } from 'react';
import { useNamespace } from '../api/access.ts';
import { apiPath, get } from '../api/http.ts';
import type { RunList } from '../api/model.ts';
import { runPlaceQuery } from '../api/queries.ts';
import { Dialog } from '../ui/parts.tsx';
import { Sign } from '../ui/status.tsx';
import { Ago } from '../ui/time.tsx';
import { matchOf } from './match.ts';
import { addressOf } from './navigation.ts';
import { pageActions } from './page-actions.ts';
import { usePlaces } from './places.tsx';

/** Newest runs that are offered. An older one is found by its whole id. */
const RUNS = 50;

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const namespace = useNamespace();
  const navigate = useNavigate();
  const places = usePlaces();
  // As the page was when it opened: what it offers does not change behind a dialog.
  const [actions] = useState(pageActions);
  const { data: workflows } = useQuery({
    queryKey: ['workflows', namespace, 'palette'],
    queryFn: ({ signal }) =>
      get<{ workflows: { name: string; description: string | null }[] }>(
        apiPath(namespace, 'workflows'),
        {},
        signal,
      ),
    staleTime: 10_000,
  });
  const { data: runs } = useQuery({
    queryKey: ['runs', namespace, 'palette'],
    queryFn: ({ signal }) => get<RunList>(apiPath(namespace, 'runs'), { limit: RUNS }, signal),
    staleTime: 5_000,
  });
  const id = typed.trim().toUpperCase();
  const found = useQuery(runPlaceQuery(id));
  const go = (to: string) => {
    onClose();
    void navigate({ to });
  };
  const runPath = (space: string, run: string) => `/ns/${encodeURIComponent(space)}/runs/${run}`;
  return (
    <Dialog title="Find" onClose={onClose} top>
      <Command label="Find a page, workflow, run or action" loop filter={matchOf}>
        <Command.Input
          autoFocus
          value={typed}
          onValueChange={setTyped}
          placeholder="A page, a workflow, a run or its id, an action …"
          className="w-full rounded-md border border-line bg-page px-3 py-2 text-base"
        />
        <Command.List className="mt-2 max-h-[55vh] overflow-y-auto" tabIndex={0}>
          <Command.Empty className="p-4 text-soft">
            Nothing here is called so. A run of any namespace is found by its whole id.
          </Command.Empty>
          {found.data === undefined ? null : (
            <Group heading="Run">
              <Item value={id} onSelect={() => go(runPath(found.data.namespace, id))}>
                <Sign state={found.data.status} /> {found.data.workflow}
                <Note>
                  {id} in {found.data.namespace}
                </Note>
              </Item>
            </Group>
          )}
          {actions.length === 0 ? null : (
            <Group heading="On this page">
              {actions.map(({ label, run }) => (
                <Item
                  key={label}
                  value={`do ${label}`}
                  onSelect={() => {
                    onClose();
                    // Once the focus is back on the page, so that what it opens can have it.
                    setTimeout(run);
                  }}
                >
                  {label}
                </Item>
              ))}
            </Group>
          )}
          <Group heading="Pages">
            {places.map((place) => (
              <Item
                key={place.to}
                value={`page ${place.label}`}
                keywords={[place.also ?? '']}
                onSelect={() => go(addressOf(place, namespace))}
              >
                {place.label}
                {place.key === undefined ? null : <Note>g {place.key}</Note>}
              </Item>
            ))}
          </Group>
          <Group heading="Workflows">
            {workflows?.workflows.map(({ name, description }) => (
              <Item
                key={name}
                value={`workflow ${name}`}
                onSelect={() =>
                  go(`/ns/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(name)}`)
                }
              >
                {name} <Note>{description}</Note>
              </Item>
            ))}
          </Group>
          <Group heading="Recent runs">
            {runs?.runs.map((run) => (
              <Item
                key={run.id}
                value={`${run.workflow} ${run.status} ${run.id}`}
                onSelect={() => go(runPath(namespace, run.id))}
              >
                <Sign state={run.status} /> {run.workflow}
                <span className="font-mono text-xs">{run.id}</span>
                <Note>
                  <Ago at={run.created_at} />
                </Note>
              </Item>
            ))}
          </Group>
        </Command.List>
      </Command>
    </Dialog>
  );
}

function Group({ heading, children }: { readonly heading: string; readonly children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="pb-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft"
    >
      {children}
    </Command.Group>
  );
}

function Item({
  children,
  ...rest
}: {
  readonly value: string;
  readonly keywords?: string[];
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Command.Item
      {...rest}
      className="flex cursor-pointer items-center gap-2 rounded-md px-2 py-1.5 text-sm data-[selected=true]:bg-accent/15"
    >
      {children}
    </Command.Item>
  );
}

function Note({ children }: { readonly children: ReactNode }) {
  return <span className="ml-auto truncate text-xs text-soft">{children}</span>;
}
