/** The small pieces that every page is made of. */
import { type ButtonHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Problem } from '../api/http.ts';
import { Ticked } from './ticked.tsx';

type Kind = 'plain' | 'main' | 'danger';

const KINDS: { readonly [kind in Kind]: string } = {
  plain: 'border border-line bg-card hover:bg-sunk',
  main: 'bg-accent text-on-accent hover:opacity-90',
  danger: 'border border-bad text-bad bg-card hover:bg-bad-soft',
};

export function Button({
  kind = 'plain',
  className = '',
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { readonly kind?: Kind }) {
  return (
    <button
      type="button"
      // The command palette offers it.
      data-action=""
      className={`inline-flex cursor-pointer items-center gap-1.5 rounded-md px-2.5 py-1 text-sm font-medium disabled:cursor-default disabled:opacity-50 ${KINDS[kind]} ${className}`}
      {...rest}
    />
  );
}

export function Card({
  title,
  side,
  children,
}: {
  readonly title?: ReactNode;
  readonly side?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="min-w-0 rounded-lg border border-line bg-card">
      {title === undefined ? null : (
        <header className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-3 py-2">
          <h2 className="text-sm font-semibold">{title}</h2>
          <div className="flex flex-wrap items-center gap-2">{side}</div>
        </header>
      )}
      {children}
    </section>
  );
}

/** Nothing is here yet: what it would show, and the command that brings the first. */
export function Empty({ children, command }: { readonly children: ReactNode; readonly command?: string }) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-12 text-center text-soft">
      <div>{children}</div>
      {command === undefined ? null : <Command text={command} />}
    </div>
  );
}

export function Command({ text }: { readonly text: string }) {
  return (
    <span className="inline-flex max-w-full items-center gap-2 rounded-md bg-sunk px-2 py-1 font-mono text-xs text-text">
      <code className="overflow-x-auto whitespace-pre">{text}</code>
      <Copy text={text} />
    </span>
  );
}

export function Copy({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1_500);
  };
  return (
    <button
      type="button"
      className="cursor-pointer whitespace-nowrap text-xs text-link hover:underline"
      onClick={() => void copy()}
    >
      <span aria-live="polite">{isDone ? 'Copied' : label}</span>
    </button>
  );
}

export function Trouble({ error }: { readonly error: unknown }) {
  const fields = error instanceof Problem ? error.fields : [];
  const message = error instanceof Error ? error.message : String(error);
  // A message about one place of a request says it in the words of the API; here the field says it.
  const isOfFields = fields.length > 0 && message.startsWith('/');
  return (
    <div role="alert" className="m-3 rounded-md border border-bad bg-bad-soft px-3 py-2 text-sm">
      {isOfFields ? null : (
        <p className="font-medium text-bad">
          <Ticked text={message} />
        </p>
      )}
      {fields
        .filter(({ detail }) => isOfFields || !message.includes(detail))
        .map(({ pointer, detail }) => (
          <p key={pointer} className={isOfFields ? 'font-medium text-bad' : ''}>
            {fieldOf(pointer)}
            <Ticked text={detail} />
          </p>
        ))}
    </div>
  );
}

/** `/body/inputs/title` as people see it: `inputs › title: `. */
function fieldOf(pointer: string): string {
  const names = pointer
    .split('/')
    .slice(2)
    .filter((name) => name !== '');
  return names.length === 0 ? '' : `${names.join(' › ')}: `;
}

/** The browser's own dialog: it holds the focus, ends with Escape, and needs no styles that a page policy would forbid. */
export function Dialog({
  title,
  onClose,
  top = false,
  mustAnswer = false,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  /** What it shows is shown once: only its own button closes it. */
  readonly mustAnswer?: boolean;
  /** At the top of the window: what it shows grows and shrinks. */
  readonly top?: boolean;
  readonly children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // What the dialog is for, rather than the button that closes it.
    current?.querySelector<HTMLElement>('[data-body] :is(input, select, textarea, button)')?.focus();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!mustAnswer) onClose();
      }}
      // A second Escape would not be asked about.
      onKeyDown={(event) => {
        if (mustAnswer && event.key === 'Escape') event.preventDefault();
      }}
      className={`${top ? 'mx-auto mt-[12vh]' : 'm-auto'} max-h-[85vh] w-[min(46rem,94vw)] overflow-auto rounded-lg border border-line bg-card p-4 text-text shadow-xl backdrop:bg-black/40`}
    >
      <div className="mb-3 flex items-start justify-between gap-3">
        <h2 id={id} className="text-base font-semibold">
          {title}
        </h2>
        {mustAnswer ? null : (
          <button
            type="button"
            aria-label="Close"
            className="-mt-1 min-h-6 min-w-6 cursor-pointer text-soft hover:text-text"
            onClick={onClose}
          >
            ✕
          </button>
        )}
      </div>
      <div data-body="">{children}</div>
    </dialog>
  );
}
