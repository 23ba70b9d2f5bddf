/** The lines of an attempt, read page by page while it goes on. */
import { useEffect, useRef, useState } from 'react';
import type { LogLine } from '../../api/model.ts';
import { LOG_LINES, LOG_PAGE, type RunRef, readLog } from '../../api/queries.ts';

const POLL_MS = 1_000;
/** Earlier lines are let go this many at a time, so that a log at its bound is not copied for each page. */
const LET_GO = LOG_LINES / 10;

export interface AttemptRef {
  readonly run: RunRef;
  readonly node: string;
  readonly attempt: number;
  readonly isOver: boolean;
}

export interface Lines {
  /** Grows in place: who depends on it depends on `version` as well. */
  readonly lines: readonly LogLine[];
  readonly version: number;
  /** Of the attempt, that are not in `lines` because they came too early. */
  readonly missing: number;
  readonly error: unknown;
  readonly isFirst: boolean;
}

interface Kept {
  lines: LogLine[];
  missing: number;
}

const NOTHING: Lines = { lines: [], version: 0, missing: 0, error: undefined, isFirst: true };

/** @param of undefined for none */
export function useLines(of: AttemptRef | undefined): Lines {
  const [shown, setShown] = useState(NOTHING);
  const ends = useRef(false);
  ends.current = of?.isOver ?? true;
  const { namespace, run } = of?.run ?? {};
  const { node, attempt } = of ?? {};

  useEffect(() => {
    setShown(NOTHING);
    if (namespace === undefined || run === undefined || node === undefined || attempt === undefined) return;
    const stop = new AbortController();
    const kept: Kept = { lines: [], missing: 0 };
    let timer: ReturnType<typeof setTimeout> | undefined;
    let after = '0';
    const show = (error?: unknown) => {
      const { lines, missing } = kept;
      setShown(({ version }) => ({ lines, missing, error, version: version + 1, isFirst: false }));
    };
    const read = async (): Promise<void> => {
      const wasOver = ends.current;
      const page = await readLog({ namespace, run }, { node, attempt, after }, stop.signal);
      if (after === '0') kept.missing = page.missing;
      after = page.next;
      keep(kept, page.lines);
      show();
      if (page.lines.length >= LOG_PAGE) return read();
      if (!wasOver) timer = setTimeout(attemptRead, POLL_MS);
    };
    const attemptRead = () =>
      void read().catch((thrown: unknown) => {
        if (stop.signal.aborted) return;
        show(thrown);
        timer = setTimeout(attemptRead, 5 * POLL_MS);
      });
    attemptRead();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [namespace, run, node, attempt]);

  return shown;
}

function keep(kept: Kept, more: readonly LogLine[]): void {
  for (const line of more) kept.lines.push(line);
  if (kept.lines.length < LOG_LINES + LET_GO) return;
  const tooMany = kept.lines.length - LOG_LINES;
  kept.lines = kept.lines.slice(tooMany);
  kept.missing += tooMany;
}
