/** The same thing for a terminal: whatever a page does can be copied as `sluice …` and as curl. */
import { useState } from 'react';
import { cliLine, curlLine, type HttpRequest } from './command-text.ts';
import { Copy } from './parts.tsx';

interface Props {
  /** Words after `sluice`; absent where the command line has no such command. */
  readonly cli?: readonly string[] | undefined;
  readonly request: HttpRequest;
  /** Begins shown; else only the links to copy are. Default: false. */
  readonly open?: boolean;
}

export function AsCommand({ cli, request, open = false }: Props) {
  const [isShown, setShown] = useState(open);
  const curl = curlLine(request, window.location.origin);
  const line = cli === undefined ? undefined : cliLine(cli);
  return (
    <div className="min-w-0 text-xs">
      <p className="flex flex-wrap items-center gap-3">
        {line === undefined ? null : <Copy text={line} label="Copy as CLI" />}
        <Copy text={curl} label="Copy as curl" />
        <button
          type="button"
          aria-expanded={isShown}
          className="cursor-pointer text-link hover:underline"
          onClick={() => setShown(!isShown)}
        >
          {isShown ? 'Hide' : 'Show'}
        </button>
      </p>
      {!isShown || line === undefined ? null : <Lines text={line} label="As a command of sluice" />}
      {isShown ? <Lines text={curl} label="As a command of curl" /> : null}
    </div>
  );
}

function Lines({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what may scroll must be reached by the keyboard.
    <section tabIndex={0} aria-label={label} className="mt-1 overflow-x-auto rounded-md bg-sunk p-2">
      <pre className="font-mono whitespace-pre text-text">{text}</pre>
    </section>
  );
}
