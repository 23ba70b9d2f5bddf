/** There is no workflow of this name, and no run of one; perhaps there is one whose name is nearly the same. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { nearestName } from '../../engine/core/expression/nearest-name.ts';
import { apiPath, get } from '../api/http.ts';
import { Missing } from '../ui/missing.tsx';
import { Command } from '../ui/parts.tsx';
import type { WorkflowList, WorkflowRef } from './queries.ts';

export function MissingWorkflow({ namespace, workflow }: WorkflowRef) {
  const { data } = useQuery({
    queryKey: ['workflows', namespace, 'names'],
    queryFn: ({ signal }) =>
      get<WorkflowList>(apiPath(namespace, 'workflows'), { limit: 200, recent: 0 }, signal),
  });
  const names = data?.workflows.map(({ name }) => name) ?? [];
  const near = nearestName(workflow.slice(0, 100), names);
  return (
    <Missing
      what="workflow"
      sought={
        <>
          <code className="break-all">{workflow}</code> in the namespace <b>{namespace}</b>
        </>
      }
      reasons={[
        'Nothing of this name was applied here, or it was removed, and no run of it is kept.',
        'It may belong to another namespace: they are chosen at the top.',
        <>
          To bring it here: <Command text="sluice apply workflow.yaml" />
        </>,
      ]}
    >
      {near === undefined ? null : (
        <Link to="/ns/$namespace/workflows/$workflow" params={{ namespace, workflow: near }}>
          Did you mean {near}?
        </Link>
      )}
      <Link to="/ns/$namespace/workflows" params={{ namespace }}>
        All workflows of {namespace}
      </Link>
    </Missing>
  );
}
