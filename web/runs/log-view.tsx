/**
 * What an attempt wrote, live: follow, search with next and previous, streams, colours. Lines are text and never HTML. They are
 * read page by page and only those in view are drawn, so that a million of them scroll like ten.
 */

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { isAtLeast, LOG_LEVELS, type LogLevel, levelOf } from '../../engine/core/log-level.ts';
import type { LogLine } from '../api/model.ts';
import { LOG_LINES, LOG_PAGE, type RunRef, readLog } from '../api/queries.ts';
import { Button, Trouble } from '../ui/parts.tsx';
import { saveAs } from '../ui/save-as.ts';
import { inertLine } from './inert-line.ts';
import { Coloured } from './log-text.tsx';

const ROW = 18;
const POLL_MS = 1_000;

interface Props {
  readonly run: RunRef;
  readonly node: string;
  readonly attempt: number;
  readonly isOver: boolean;
  /** The line that the address leads to, from 1. */
  readonly line?: number | undefined;
  readonly onLine?: (line: number) => void;
}

export function LogView({ run, node, attempt, isOver, line: aim, onLine }: Props) {
  const { lines, missing, error, isFirst } = useLines({ run, node, attempt, isOver });
  const [follows, setFollows] = useState(aim === undefined);
  const [sought, setSought] = useState('');
  const [streams, setStreams] = useState<'all' | LogLine['stream']>('all');
  const [least, setLeast] = useState<LogLevel>('debug');
  const shown = useMemo(() => {
    if (streams === 'all' && least === 'debug') return lines;
    return lines.filter(
      (line) =>
        (streams === 'all' || line.stream === streams) &&
        (least === 'debug' || isAtLeast(levelOf(line), least)),
    );
  }, [lines, streams, least]);
  const hits = useMemo(() => hitsOf(shown, sought), [shown, sought]);
  const [hit, setHit] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 20,
  });

  useEffect(() => {
    if (follows && shown.length > 0) rows.scrollToIndex(shown.length - 1);
  }, [follows, shown.length, rows]);

  const isThere = aim !== undefined && aim <= shown.length;
  useEffect(() => {
    if (isThere) rows.scrollToIndex(aim - 1, { align: 'center' });
  }, [isThere, aim, rows]);

  const save = () => {
    const text = lines.map((one) => `${one.at} ${one.stream} ${inertLine(one.text)}\n`);
    saveAs(new Blob(text, { type: 'text/plain' }), `${run.run}-${node}-${attempt}.log`);
  };

  const go = (step: number) => {
    if (hits.length === 0) return;
    const next = (hit + step + hits.length) % hits.length;
    setHit(next);
    setFollows(false);
    rows.scrollToIndex(hits[next] ?? 0, { align: 'center' });
  };

  return (
    <div className="flex h-full min-h-40 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-2 py-1">
        <input
          type="search"
          value={sought}
          onChange={({ target }) => {
            setSought(target.value);
            setHit(0);
          }}
          onKeyDown={({ key, shiftKey }) => (key === 'Enter' ? go(shiftKey ? -1 : 1) : undefined)}
          placeholder="Search the log"
          aria-label="Search the log"
          className="w-44 rounded border border-line bg-page px-2 py-0.5 text-sm"
        />
        <span className="text-xs text-soft tabular-nums" aria-live="polite">
          {sought === '' ? `${shown.length} lines` : `${hits.length === 0 ? 0 : hit + 1} of ${hits.length}`}
        </span>
        <Button onClick={() => go(-1)} disabled={hits.length === 0} aria-label="Previous match">
          ↑
        </Button>
        <Button onClick={() => go(1)} disabled={hits.length === 0} aria-label="Next match">
          ↓
        </Button>
        <select
          value={streams}
          onChange={({ target }) => setStreams(target.value as typeof streams)}
          aria-label="Which lines"
          className="rounded border border-line bg-page px-1 py-0.5 text-sm"
        >
          <option value="all">all</option>
          <option value="stdout">stdout</option>
          <option value="stderr">stderr</option>
          <option value="system">system</option>
        </select>
        <select
          value={least}
          onChange={({ target }) => setLeast(LOG_LEVELS.find((one) => one === target.value) ?? 'debug')}
          aria-label="Least level"
          className="rounded border border-line bg-page px-1 py-0.5 text-sm"
        >
          <option value="debug">all levels</option>
          {LOG_LEVELS.filter((level) => level !== 'debug').map((level) => (
            <option key={level} value={level}>
              {level === 'error' ? 'errors' : `${level} and above`}
            </option>
          ))}
        </select>
        <label className="flex items-center gap-1 text-sm">
          <input type="checkbox" checked={follows} onChange={({ target }) => setFollows(target.checked)} />{' '}
          follow
        </label>
        <Button onClick={save} disabled={lines.length === 0}>
          Download
        </Button>
      </div>
      {missing > 0 ? (
        <p className="px-3 py-1 text-xs text-wait">{missing} earlier lines are not kept any more.</p>
      ) : null}
      {error === undefined ? null : <Trouble error={error} />}
      <div
        ref={box}
        className="min-h-0 grow overflow-auto bg-sunk font-mono text-xs"
        onWheel={({ deltaY }) => (deltaY < 0 ? setFollows(false) : undefined)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        role="log"
        aria-label={`Log of ${node}, attempt ${attempt}`}
      >
        {shown.length === 0 ? (
          <p className="p-3 text-soft">
            {isFirst ? 'Loading…' : isOver ? 'It wrote nothing.' : 'Nothing written yet.'}
          </p>
        ) : (
          <div className="relative min-w-max" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start }) => {
              const line = shown[index];
              return line === undefined ? null : (
                <div
                  key={line.id}
                  style={{ transform: `translateY(${start}px)`, height: ROW }}
                  className={`absolute flex min-w-full gap-3 px-2 whitespace-pre ${(hits[hit] === index && sought !== '') || aim === index + 1 ? 'bg-wait-soft' : ''}`}
                  title={line.at}
                >
                  <button
                    type="button"
                    tabIndex={-1}
                    aria-label={`Link to line ${index + 1}`}
                    className={`w-12 shrink-0 cursor-pointer text-right select-none hover:underline ${aim === index + 1 ? 'font-bold text-link' : 'text-soft'}`}
                    onClick={() => {
                      setFollows(false);
                      onLine?.(index + 1);
                    }}
                  >
                    {index + 1}
                  </button>
                  <span
                    className={
                      line.stream === 'stderr'
                        ? 'text-bad'
                        : line.stream === 'system'
                          ? 'text-soft italic'
                          : ''
                    }
                  >
                    <Coloured text={line.text} />
                  </span>
                </div>
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

function hitsOf(lines: readonly LogLine[], sought: string): readonly number[] {
  if (sought === '') return [];
  const wanted = sought.toLowerCase();
  return lines.flatMap(({ text }, i) => (text.toLowerCase().includes(wanted) ? [i] : []));
}

function useLines({ run, node, attempt, isOver }: Props) {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [missing, setMissing] = useState(0);
  const [error, setError] = useState<unknown>();
  const [isFirst, setFirst] = useState(true);
  const { namespace, run: id } = run;
  const ends = useRef(isOver);
  ends.current = isOver;

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let after = '0';
    setLines([]);
    setMissing(0);
    setFirst(true);
    const read = async (): Promise<void> => {
      const wasOver = ends.current;
      const page = await readLog({ namespace, run: id }, { node, attempt, after }, stop.signal);
      if (after === '0') setMissing(page.missing);
      after = page.next;
      if (page.lines.length > 0) setLines((known) => [...known, ...page.lines].slice(-LOG_LINES));
      setFirst(false);
      setError(undefined);
      if (page.lines.length >= LOG_PAGE) return read();
      if (!wasOver) timer = setTimeout(() => void attemptRead(), POLL_MS);
    };
    const attemptRead = () =>
      read().catch((thrown: unknown) => {
        if (stop.signal.aborted) return;
        setFirst(false);
        setError(thrown);
        timer = setTimeout(() => void attemptRead(), 5 * POLL_MS);
      });
    void attemptRead();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [namespace, id, node, attempt]);

  return { lines, missing, error, isFirst };
}
