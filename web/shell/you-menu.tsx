/** Who is signed in, as what, and how this browser shows things. */
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useAccess, useNamespace } from '../api/access.ts';
import { signOut } from '../api/http.ts';
import { Button, Dialog } from '../ui/parts.tsx';
import { prefer, usePreferences } from '../ui/preferences.ts';

interface Props {
  readonly isOpen: boolean;
  readonly setOpen: (to: boolean) => void;
}

export function YouMenu({ isOpen, setOpen }: Props) {
  const { access, role } = useAccess();
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        className="flex min-h-7 min-w-0 max-w-56 cursor-pointer items-center gap-1.5 rounded-md border border-line px-2 text-sm"
        onClick={() => setOpen(true)}
      >
        <span className="sr-only">You and settings: </span>
        <span className="truncate">{access?.name ?? '…'}</span>
        {role === undefined ? null : <span className="text-soft max-sm:hidden">{role}</span>}
      </button>
      {isOpen ? <You onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function You({ onClose }: { readonly onClose: () => void }) {
  const { access, role } = useAccess();
  const namespace = useNamespace();
  const client = useQueryClient();
  const leave = async () => {
    await signOut();
    onClose();
    await client.resetQueries();
  };
  return (
    <Dialog title="You and this browser" onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 pb-4 text-sm">
        <dt className="text-soft">Name</dt>
        <dd>
          {access?.name}{' '}
          {access?.kind === 'local' ? <span className="text-soft">(no token is asked for here)</span> : null}
        </dd>
        <dt className="text-soft">Role</dt>
        <dd>
          {role ?? 'none'} in {namespace}
          {access?.everywhere ? `, ${access.everywhere} in all namespaces` : ''}
        </dd>
      </dl>
      <Settings />
      <div className="flex justify-end gap-2">
        {access?.kind === 'token' ? <Button onClick={() => void leave()}>Sign out</Button> : null}
        <Button kind="main" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}

function Settings() {
  const { zone, times, theme, keys } = usePreferences();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div className="grid gap-3 pb-4 text-sm sm:grid-cols-3">
      <Choice label="Time zone" value={zone} onChange={(to) => prefer({ zone: to })}>
        <option value="local">this machine ({here})</option>
        <option value="UTC">UTC</option>
        {Intl.supportedValuesOf('timeZone').map((name) => (
          <option key={name}>{name}</option>
        ))}
      </Choice>
      <Choice
        label="Times"
        value={times}
        onChange={(to) => prefer({ times: to === 'absolute' ? 'absolute' : 'relative' })}
      >
        <option value="relative">relative (5 min ago)</option>
        <option value="absolute">absolute (2026-11-23 05:10:33)</option>
      </Choice>
      <Choice
        label="Colours"
        value={theme}
        onChange={(to) => prefer({ theme: to === 'dark' || to === 'light' ? to : 'system' })}
      >
        <option value="system">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </Choice>
      <label className="flex items-center gap-2 sm:col-span-3">
        <input type="checkbox" checked={keys} onChange={({ target }) => prefer({ keys: target.checked })} />
        Single keys do something (<kbd>?</kbd> shows what)
      </label>
    </div>
  );
}

function Choice({
  label,
  value,
  onChange,
  children,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (to: string) => void;
  readonly children: ReactNode;
}) {
  return (
    <label className="flex min-w-0 flex-col gap-1">
      <span className="text-soft">{label}</span>
      <select
        value={value}
        onChange={({ target }) => onChange(target.value)}
        className="min-h-8 min-w-0 rounded-md border border-line bg-page px-1.5"
      >
        {children}
      </select>
    </label>
  );
}
