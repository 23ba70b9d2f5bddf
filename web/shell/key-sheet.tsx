/** The keys, from the table that listens to them. */
import { Fragment } from 'react';
import { Dialog } from '../ui/parts.tsx';
import { usePreferences } from '../ui/preferences.ts';
import type { Shortcut } from './keys.ts';

const GROUPS = ['Go to', 'Lists', 'Everywhere'] as const;

export function KeySheet({
  shortcuts,
  onClose,
}: {
  readonly shortcuts: readonly Shortcut[];
  readonly onClose: () => void;
}) {
  const { keys } = usePreferences();
  return (
    <Dialog title="Keys" onClose={onClose}>
      {keys ? null : (
        <p className="pb-3 text-sm">
          Single keys are switched off in this browser; your name above leads to the switch.
        </p>
      )}
      <div className="grid gap-5 sm:grid-cols-3">
        {GROUPS.map((group) => (
          <section key={group}>
            <h3 className="pb-1 text-sm font-semibold">{group}</h3>
            <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-sm">
              {shortcuts
                .filter((one) => one.group === group)
                .map(({ keys: wanted, label }) => (
                  <Fragment key={wanted}>
                    <dt className="whitespace-nowrap">
                      {wanted.split(' ').map((key) => (
                        <Key key={key} name={key} />
                      ))}
                    </dt>
                    <dd>{label}</dd>
                  </Fragment>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

export function Key({ name }: { readonly name: string }) {
  return (
    <kbd className="mr-1 rounded border border-line bg-sunk px-1.5 font-mono text-xs">
      {name.replace('mod+', isMac() ? '⌘ ' : 'Ctrl ').replace('Escape', 'Esc')}
    </kbd>
  );
}

function isMac(): boolean {
  return navigator.userAgent.includes('Mac');
}
