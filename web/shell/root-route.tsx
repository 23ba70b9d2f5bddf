/** The root of all addresses. Areas of the dashboard hang their routes below it, each in a file `routes.ts` of its folder. */
import { createRootRoute, Link, useLocation } from '@tanstack/react-router';
import { nearestName } from '../../engine/core/expression/nearest-name.ts';
import { useNamespace } from '../api/access.ts';
import { Missing } from '../ui/missing.tsx';
import { addressOf } from './navigation.ts';
import { usePlaces } from './places.tsx';
import { Shell } from './shell.tsx';

export const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NoPage,
});

function NoPage() {
  const { pathname } = useLocation();
  const places = usePlaces();
  const namespace = useNamespace();
  const last = pathname.split('/').findLast((part) => part !== '') ?? '';
  const near = nearestName(
    last.slice(0, 100),
    places.map(({ label }) => label),
  );
  const meant = places.find(({ label }) => label === near);
  return (
    <Missing
      what="page"
      sought={<code className="break-all">{pathname}</code>}
      reasons={[
        'The address may be mistyped, or cut off.',
        'It may be of another version of Sluice, whose pages stand elsewhere.',
      ]}
    >
      {meant === undefined ? null : <Link to={addressOf(meant, namespace)}>Did you mean {meant.label}?</Link>}
      <Link to="/">Overview</Link>
      <Link to="/ns/$namespace/runs" params={{ namespace }}>
        Runs
      </Link>
      <Link to="/ns/$namespace/workflows" params={{ namespace }}>
        Workflows
      </Link>
    </Missing>
  );
}
