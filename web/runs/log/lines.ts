/**
 * The lines of an attempt: what there is page by page, then live by server-sent events. Where no stream can be had, it asks every second.
 */
import { useEffect, useRef, useState } from 'react';
import { apiPath, isRefusal } from '../../api/http.ts';
import type { LogLine } from '../../api/model.ts';
import { LOG_LINES, LOG_PAGE, type RunRef, readLog } from '../../api/queries.ts';
import { listen } from '../../api/server-events.ts';

const POLL_MS = 1_000;
/** Lines gather for so long before they are shown. */
const GATHER_MS = 100;
/** Tries to connect before it is given up. */
const TRIES = 3;
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
    let gathering: ReturnType<typeof setTimeout> | undefined;
    let after = '0';
    let hasStream = true;
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
      if (wasOver) return;
      if (hasStream) return follow();
      timer = setTimeout(attemptRead, POLL_MS);
    };
    const follow = (): void => {
      const parts = ['runs', run, 'nodes', node, 'attempts', String(attempt), 'logs', 'stream'];
      const unfollow = listen(apiPath(namespace, ...parts), after, {
        onOpen: () => {},
        onEvent: (data, name) => {
          if (name === 'gap') kept.missing += missingIn(JSON.parse(data));
          else {
            const line: LogLine = JSON.parse(data);
            after = line.id;
            keep(kept, [line]);
          }
          gathering ??= setTimeout(() => {
            gathering = undefined;
            show();
          }, GATHER_MS);
        },
        onEnd: () => {},
        // A server without streams, or a proxy that holds them back.
        onFailure: (times, thrown) => {
          if (times <= TRIES && !isRefusal(thrown)) return;
          hasStream = false;
          unfollow();
          attemptRead();
        },
      });
      stop.signal.addEventListener('abort', unfollow);
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
      clearTimeout(gathering);
    };
  }, [namespace, run, node, attempt]);

  return shown;
}

/** Lines that are not kept any more between two that are. */
function missingIn({ after, next }: { readonly after: string; readonly next: string | null }): number {
  return next === null ? 0 : Math.max(0, Number(next) - Number(after) - 1);
}

function keep(kept: Kept, more: readonly LogLine[]): void {
  for (const line of more) kept.lines.push(line);
  if (kept.lines.length < LOG_LINES + LET_GO) return;
  const tooMany = kept.lines.length - LOG_LINES;
  kept.lines = kept.lines.slice(tooMany);
  kept.missing += tooMany;
}
