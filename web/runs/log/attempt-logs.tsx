/** The log of an attempt, alone or beside that of another. */
import { type AttemptRef, useLines } from './lines.ts';
import { LogView } from './log-view.tsx';

interface Props {
  readonly of: AttemptRef;
  readonly beside: AttemptRef | undefined;
  readonly line: number | undefined;
  readonly onLine: (line: number) => void;
}

export function AttemptLogs({ of, beside, line, onLine }: Props) {
  const log = useLines(of);
  const other = useLines(beside);
  return (
    <div className={`grid h-full ${beside === undefined ? '' : 'gap-2 sm:grid-cols-2'}`}>
      <LogView
        key={`of ${of.attempt}`}
        of={of}
        log={log}
        against={beside === undefined ? undefined : { attempt: beside.attempt, log: other }}
        line={line}
        onLine={onLine}
      />
      {beside === undefined ? null : (
        <LogView
          key={`beside ${beside.attempt}`}
          of={beside}
          log={other}
          against={{ attempt: of.attempt, log }}
        />
      )}
    </div>
  );
}
