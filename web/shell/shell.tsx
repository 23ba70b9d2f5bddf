/** What stands around every page: where one can go, who one is, and the page itself. */
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useAccess, useNamespace } from '../api/access.ts';
import { Dialog } from '../ui/parts.tsx';
import { prefer } from '../ui/preferences.ts';
import { Key, KeySheet } from './key-sheet.tsx';
import { shortcutsOf } from './keys.ts';
import { NamespaceSwitch } from './namespace-switch.tsx';
import { addressOf } from './navigation.ts';
import { Places, usePlaces } from './places.tsx';
import { SignIn } from './sign-in.tsx';
import { Strangeness } from './strangeness.tsx';
import { useKeys } from './use-keys.ts';
import { YouMenu } from './you-menu.tsx';

const Palette = lazy(() => import('./palette.tsx').then((file) => ({ default: file.Palette })));

/** What lies over the page; one at a time. */
type Over = 'pages' | 'palette' | 'keys' | 'you';

export function Shell() {
  const namespace = useNamespace();
  const { namespace: inAddress } = useParams({ strict: false });
  const { isOpen, isStranger, access, role } = useAccess();
  const [over, setOver] = useState<Over>();
  const close = () => setOver(undefined);
  const navigate = useNavigate();
  const shortcuts = shortcutsOf(usePlaces(), {
    go: (place) => void navigate({ to: addressOf(place, namespace) }),
    openPalette: () => setOver('palette'),
    openSheet: () => setOver('keys'),
    openSettings: () => setOver('you'),
  });
  useKeys(isStranger ? [] : shortcuts);
  useEffect(() => {
    if (inAddress !== undefined && role !== undefined) prefer({ namespace: inAddress });
  }, [inAddress, role]);
  const isElsewhere = inAddress !== undefined && access !== undefined && role === undefined;
  return (
    <div className="flex min-h-screen flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:bg-card focus:p-2">
        Skip to the page
      </a>
      <header className="sticky top-0 z-10 flex h-[44px] items-center gap-2 border-b border-line bg-card px-3">
        {isStranger ? null : (
          <button
            type="button"
            aria-label="Pages"
            className="min-h-8 min-w-8 cursor-pointer rounded-md border border-line lg:hidden"
            onClick={() => setOver('pages')}
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
            <button
              type="button"
              className="flex min-h-7 cursor-pointer items-center gap-2 rounded-md border border-line px-2 text-sm text-soft"
              onClick={() => setOver('palette')}
            >
              Find
              <span className="max-md:hidden">
                <Key name="mod+k" />
              </span>
            </button>
            <button
              type="button"
              aria-label="Keys"
              className="min-h-7 min-w-7 cursor-pointer rounded-md border border-line text-sm text-soft max-sm:hidden"
              onClick={() => setOver('keys')}
            >
              ?
            </button>
            <YouMenu isOpen={over === 'you'} setOpen={(to) => setOver(to ? 'you' : undefined)} />
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
            className="sticky top-[44px] hidden h-[calc(100vh-44px)] w-44 shrink-0 overflow-y-auto border-r border-line bg-card p-2 lg:block"
          >
            <Places />
          </nav>
          <main id="main" tabIndex={-1} className="min-w-0 grow outline-none">
            {isElsewhere ? <Strangeness namespace={namespace} access={access} /> : isOpen ? null : <Outlet />}
          </main>
        </div>
      )}
      {over === 'pages' ? (
        <Dialog title="Pages" onClose={close}>
          <nav aria-label="Main">
            <Places onGo={close} />
          </nav>
        </Dialog>
      ) : null}
      {over === 'keys' ? <KeySheet shortcuts={shortcuts} onClose={close} /> : null}
      {over === 'palette' ? (
        <Suspense>
          <Palette onClose={close} />
        </Suspense>
      ) : null}
    </div>
  );
}
