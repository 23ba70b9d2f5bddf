/** What stands around every page: where one can go, and the page itself. */
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { apiPath, get, Problem } from '../api/http.ts';
import { SignIn } from './sign-in.tsx';

export function Shell() {
  const { namespace = 'default' } = useParams({ strict: false });
  const { error } = useQuery({
    queryKey: ['access', namespace],
    queryFn: () => get(apiPath(namespace, 'runs'), { limit: 1 }),
    staleTime: 60_000,
  });
  const isStranger = error instanceof Problem && error.status === 401;
  return (
    <div className="flex min-h-screen flex-col">
      <a href="#main" className="sr-only focus:not-sr-only">
        Skip to the page
      </a>
      <header className="flex items-center gap-4 border-b border-line bg-card px-4 py-2">
        <Link
          to="/ns/$namespace/runs"
          params={{ namespace }}
          className="flex items-center gap-2 font-semibold text-text"
        >
          <img src="/icon.svg" alt="" className="h-6 w-6" /> Sluice
        </Link>
        <nav aria-label="Main" className="flex gap-3 text-sm">
          <Link to="/ns/$namespace/runs" params={{ namespace }} activeProps={{ 'aria-current': 'page' }}>
            Runs
          </Link>
          <a href="/docs">API</a>
        </nav>
        <span className="ml-auto text-sm text-soft">namespace {namespace}</span>
      </header>
      <main id="main" className="mx-auto w-full max-w-[1600px] grow">
        {isStranger ? <SignIn /> : <Outlet />}
      </main>
    </div>
  );
}
