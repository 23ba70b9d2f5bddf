/** A small square that says how something ended, and leads there. The square is small, what can be hit is not. */
import { Link } from '@tanstack/react-router';
import { type Tone, toneOf, words } from '../ui/status.tsx';

const FILLS: { readonly [tone in Tone]: string } = {
  ok: 'bg-ok text-card',
  bad: 'bg-bad text-card',
  busy: 'bg-busy text-card',
  wait: 'bg-wait text-card',
  idle: 'bg-idle-soft text-idle border border-line',
};
/** What did not fail itself is only framed. */
const FRAMED: { readonly [state: string]: string } = {
  upstream_failed: 'border border-bad bg-bad-soft text-bad',
};
/** Seen without colours, too. */
const SIGNS: { readonly [state: string]: string } = {
  failed: '✗',
  upstream_failed: '⊘',
  running: '●',
  skipped: '⊘',
  cancelled: '■',
  waiting: '◔',
  retrying: '↻',
};

interface Props {
  readonly namespace: string;
  readonly run: string;
  /** The task whose node the run opens with. */
  readonly node?: string;
  readonly state: string;
  /** What it is of, before its state: `download, run of 3 March`. */
  readonly label: string;
}

export function RunSquare({ namespace, run, node, state, label }: Props) {
  const title = `${label}: ${words(state)}`;
  return (
    <Link
      to="/ns/$namespace/runs/$run"
      params={{ namespace, run }}
      search={node === undefined ? {} : { node }}
      preload={false}
      title={title}
      aria-label={title}
      className="inline-grid h-[24px] w-[24px] place-items-center hover:no-underline"
    >
      <span
        aria-hidden="true"
        className={`grid h-4 w-4 place-items-center rounded-sm text-[10px] leading-none font-bold ${FRAMED[state] ?? FILLS[toneOf(state)]}`}
      >
        {SIGNS[state] ?? ''}
      </span>
    </Link>
  );
}
