/** What stands around every page: where one can go, who one is, and the page itself. */
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useAccess, useNamespace } from '../api/access.ts';
import { Dialog } from '../ui/parts.tsx';
import { prefer } from '../ui/preferences.ts';
import { NamespaceSwitch } from './namespace-switch.tsx';
import { Places } from './places.tsx';
import { SignIn } from './sign-in.tsx';
import { Strangeness } from './strangeness.tsx';
import { YouMenu } from './you-menu.tsx';

export function Shell() {
  const namespace = useNamespace();
  const { namespace: inAddress } = useParams({ strict: false });
  const { isStranger, access, role } = useAccess();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (inAddress !== undefined && role !== undefined) prefer({ namespace: inAddress });
  }, [inAddress, role]);
  const isElsewhere = inAddress !== undefined && access !== undefined && role === undefined;
  return (
    <div className="flex min-h-screen flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:bg-card focus:p-2">
        Skip to the page
      </a>
      <header className="sticky top-0 z-10 flex items-center gap-2 border-b border-line bg-card px-3 py-1.5">
        {isStranger ? null : (
          <button
            type="button"
            aria-label="Pages"
            className="min-h-8 min-w-8 cursor-pointer rounded-md border border-line lg:hidden"
            onClick={() => setOpen(true)}
          >
            <span aria-hidden="true">☰</span>
          </button>
        )}
        <Link to="/" className="flex items-center gap-2 font-semibold text-text">
          <img src="/icon.svg" alt="" className="h-6 w-6" />
          <span className="max-sm:sr-only">Sluice</span>
        </Link>
        {isStranger ? null : (
          <>
            <NamespaceSwitch />
            <span className="grow" />
            <YouMenu />
          </>
        )}
      </header>
      {isStranger ? (
        <main id="main">
          <SignIn />
        </main>
      ) : (
        <div className="flex grow">
          <nav
            aria-label="Main"
            className="sticky top-[45px] hidden h-[calc(100vh-45px)] w-44 shrink-0 overflow-y-auto border-r border-line bg-card p-2 lg:block"
          >
            <Places />
          </nav>
          <main id="main" tabIndex={-1} className="min-w-0 grow outline-none">
            {isElsewhere ? <Strangeness namespace={namespace} access={access} /> : <Outlet />}
          </main>
        </div>
      )}
      {isOpen ? (
        <Dialog title="Pages" onClose={() => setOpen(false)}>
          <nav aria-label="Main">
            <Places onGo={() => setOpen(false)} />
          </nav>
        </Dialog>
      ) : null}
    </div>
  );
}
