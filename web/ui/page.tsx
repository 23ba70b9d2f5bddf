/** The frame of a page that is a list or a form: its title, what can be done there, and tables, whose rows are cards on a phone. */
import {
  Children,
  cloneElement,
  createContext,
  isValidElement,
  type ReactNode,
  useContext,
  useEffect,
} from 'react';

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

const Head = createContext<readonly string[]>([]);

/** `head`: a name for each column; '' for one of buttons. On a phone each row is a card, whose lines have these names. */
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
      <table className="w-full text-left text-sm max-sm:block">
        <thead className="text-xs text-soft max-sm:sr-only">
          <tr>
            {head.map((name, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places.
              <th key={i} scope="col" className="px-3 py-1.5 font-medium">
                {name === '' ? <span className="sr-only">Actions</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-sm:block">
          <Head value={head}>{children}</Head>
        </tbody>
      </table>
    </section>
  );
}

/** Its children are the cells, one for each column. */
export function Row({ children }: { readonly children: ReactNode }) {
  const head = useContext(Head);
  return (
    <tr className="border-t border-line hover:bg-sunk max-sm:block max-sm:py-1.5">
      {Children.map(children, (cell, i) =>
        isValidElement<CellProps>(cell) ? cloneElement(cell, { name: head[i] ?? '' }) : cell,
      )}
    </tr>
  );
}

interface CellProps {
  readonly children?: ReactNode;
  readonly mono?: boolean;
  /** Of its column; its row says it. */
  readonly name?: string;
}

const NAMED =
  'max-sm:before:w-24 max-sm:before:shrink-0 max-sm:before:font-sans max-sm:before:text-xs max-sm:before:leading-5 max-sm:before:text-soft max-sm:before:content-[attr(data-name)]';

export function Cell({ children, mono = false, name = '' }: CellProps) {
  return (
    <td
      data-name={name}
      className={`px-3 py-1.5 align-top max-sm:flex max-sm:gap-2 max-sm:py-0.5 ${mono ? 'font-mono text-xs' : ''} ${name === '' ? '' : NAMED}`}
    >
      <div className="min-w-0 max-sm:grow max-sm:wrap-anywhere">{children}</div>
    </td>
  );
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
