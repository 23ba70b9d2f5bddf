/** The root of all addresses. Areas of the dashboard hang their routes below it, each in a file `routes.ts` of its folder. */
import { createRootRoute, Link } from '@tanstack/react-router';
import { Empty } from '../ui/parts.tsx';
import { Shell } from './shell.tsx';

export const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <Empty>
      Nothing is here. <Link to="/">The overview</Link> is a good place to start.
    </Empty>
  ),
});
