/** All that is wrong with the text, each with what to do; a click leads to its place. */
import { Button } from '../ui/parts.tsx';
import { Ticked } from '../ui/ticked.tsx';
import type { Diagnostic } from '../workflows/queries.ts';
import type { Target } from './code.tsx';

interface Props {
  readonly diagnostics: readonly Diagnostic[];
  readonly isFresh: boolean;
  readonly isReadOnly: boolean;
  readonly onGo: (target: Target) => void;
}

export function Problems({ diagnostics, isFresh, isReadOnly, onGo }: Props) {
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
            <li
              key={`${one.line}:${one.column}:${one.code}:${one.message}`}
              className="flex items-start gap-2 pr-3 hover:bg-sunk"
            >
              <button
                type="button"
                className="flex min-w-0 grow cursor-pointer gap-2 px-3 py-1 text-left"
                onClick={() => onGo({ line: one.line, column: one.column })}
              >
                <span
                  className={`w-16 shrink-0 whitespace-nowrap tabular-nums ${one.severity === 'error' ? 'text-bad' : 'text-wait'}`}
                >
                  {one.severity === 'error' ? '✗' : '!'} <span className="sr-only">{one.severity}</span>
                  {one.line}:{one.column}
                </span>
                <span className="min-w-0">
                  <Ticked text={one.message} />{' '}
                  {one.hint === undefined ? null : (
                    <span className="text-soft">
                      <Ticked text={one.hint} />
                    </span>
                  )}{' '}
                  <code className="text-xs text-soft">{one.code}</code>
                </span>
              </button>
              {one.fix === undefined || isReadOnly ? null : (
                <Button
                  className="mt-0.5 max-w-48 shrink-0 text-xs"
                  disabled={!isFresh}
                  onClick={() => onGo(mendingOf(one, one.fix ?? ''))}
                >
                  <span className="truncate">
                    Write <code>{one.fix}</code>
                  </span>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function mendingOf({ line, column, length }: Diagnostic, by: string): Target {
  return { line, column, replace: { length, by } };
}

function count(number: number, noun: string): string {
  return number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`;
}
