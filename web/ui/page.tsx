/** The frame of a page that is a list or a form: its title, what can be done there, and tables that scroll by themselves on a phone. */
import { type ReactNode, useEffect } from 'react';

export function Page({
  title,
  actions,
  children,
}: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <div className="flex max-w-[1400px] flex-col gap-3 p-3">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-2">
        <h1 className="text-lg font-semibold">{title}</h1>
        <div className="flex flex-wrap items-center gap-2">{actions}</div>
      </div>
      {children}
    </div>
  );
}

/** `head`: a name for each column; '' for one of buttons. */
export function Table({
  label,
  head,
  children,
}: {
  readonly label: string;
  readonly head: readonly string[];
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <section className="relative overflow-x-auto" aria-label={label} tabIndex={0}>
      <table className="w-full text-left text-sm">
        <thead className="text-xs text-soft">
          <tr>
            {head.map((name, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places.
              <th key={i} scope="col" className="px-3 py-1.5 font-medium">
                {name === '' ? <span className="sr-only">Actions</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export function Row({ children }: { readonly children: ReactNode }) {
  return <tr className="border-t border-line hover:bg-sunk">{children}</tr>;
}

export function Cell({ children, mono = false }: { readonly children?: ReactNode; readonly mono?: boolean }) {
  return <td className={`px-3 py-1.5 align-top ${mono ? 'font-mono text-xs' : ''}`}>{children}</td>;
}

/** A field of a form, with its name above and what helps below. */
export function Field({
  label,
  help,
  children,
}: {
  readonly label: string;
  readonly help?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: its control is what it is given.
    <label className="flex min-w-0 flex-col gap-1 text-sm">
      <span className="text-soft">{label}</span>
      {children}
      {help === undefined ? null : <span className="text-xs text-soft">{help}</span>}
    </label>
  );
}

export const INPUT = 'min-h-8 min-w-0 rounded-md border border-line bg-page px-2 text-sm text-text';
