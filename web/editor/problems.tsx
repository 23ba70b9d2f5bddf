/** All that is wrong with the text, each with what to do; a click leads to its place. */
import type { Diagnostic } from '../workflows/queries.ts';

interface Props {
  readonly diagnostics: readonly Diagnostic[];
  readonly isFresh: boolean;
  readonly onGo: (place: { readonly line: number; readonly column: number }) => void;
}

export function Problems({ diagnostics, isFresh, onGo }: Props) {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return (
    <section aria-label="Problems" className="border-t border-line text-sm">
      <p role="status" className="px-3 py-1.5 text-soft">
        {!isFresh
          ? 'Checking…'
          : errors + warnings === 0
            ? '✓ No problems'
            : [count(errors, 'mistake'), count(warnings, 'warning')].filter(Boolean).join(', ')}
      </p>
      {diagnostics.length === 0 ? null : (
        <ul className="max-h-44 overflow-auto pb-1">
          {diagnostics.map((one) => (
            <li key={`${one.line}:${one.column}:${one.code}:${one.message}`}>
              <button
                type="button"
                className="flex w-full cursor-pointer gap-2 px-3 py-1 text-left hover:bg-sunk"
                onClick={() => onGo({ line: one.line, column: one.column })}
              >
                <span
                  className={`w-16 shrink-0 whitespace-nowrap tabular-nums ${one.severity === 'error' ? 'text-bad' : 'text-wait'}`}
                >
                  {one.severity === 'error' ? '✗' : '!'} <span className="sr-only">{one.severity}</span>
                  {one.line}:{one.column}
                </span>
                <span className="min-w-0">
                  {one.message}{' '}
                  {one.hint === undefined ? null : <span className="text-soft">{one.hint}</span>}{' '}
                  <code className="text-xs text-soft">{one.code}</code>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function count(number: number, noun: string): string {
  return number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`;
}
