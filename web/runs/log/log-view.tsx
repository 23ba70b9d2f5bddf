/**
 * What an attempt wrote, live: follow, search with next and previous, streams, colours, and what another attempt has not written.
 * Lines are text and never HTML. Only those in view are drawn, so that a million of them scroll like ten.
 */

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { LogLine } from '../../api/model.ts';
import { Trouble } from '../../ui/parts.tsx';
import { saveAs } from '../../ui/save-as.ts';
import { Coloured } from './coloured.tsx';
import { differing, MOST_COMPARED } from './difference.ts';
import { inertLine } from './inert-line.ts';
import type { AttemptRef, Lines } from './lines.ts';
import { ALL_LINES, LogBar } from './log-bar.tsx';
import { hitsOf, placesOf } from './places.ts';

const ROW = 18;

interface Props {
  readonly of: AttemptRef;
  readonly log: Lines;
  /** The one beside it. */
  readonly against?: { readonly attempt: number; readonly log: Lines } | undefined;
  /** The line that the address leads to, from 1. */
  readonly line?: number | undefined;
  readonly onLine?: (line: number) => void;
}

export function LogView({ of, log, against, line: aim, onLine }: Props) {
  const { lines, version, missing, error, isFirst } = log;
  const [follows, setFollows] = useState(aim === undefined);
  const [sought, setSought] = useState('');
  const [shown, setShown] = useState(ALL_LINES);
  const different = useDifferent(log, against?.log);
  // biome-ignore lint/correctness/useExhaustiveDependencies: lines grow in place, and `version` says so.
  const places = useMemo(() => placesOf(lines, shown, different), [lines, version, shown, different]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  const hits = useMemo(
    () => (sought === '' ? [...(different ?? [])] : hitsOf(lines, sought)).filter((at) => places.has(at)),
    [lines, version, sought, different, places],
  );
  const [hit, setHit] = useState<number>();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: places.size,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 20,
  });

  useEffect(() => {
    if (follows && places.size > 0) rows.scrollToIndex(places.size - 1);
  }, [follows, places.size, rows]);

  const aimed = aim === undefined ? undefined : aim - 1 - missing;
  const isThere = aimed !== undefined && places.has(aimed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is there.
  useEffect(() => {
    if (isThere) rows.scrollToIndex(places.rowOf(aimed), { align: 'center' });
  }, [isThere, aimed, rows]);

  const save = () => {
    const text = lines.map((one) => `${one.at} ${one.stream} ${inertLine(one.text)}\n`);
    saveAs(new Blob(text, { type: 'text/plain' }), `${of.run.run}-${of.node}-${of.attempt}.log`);
  };

  const now = hit ?? (sought === '' ? -1 : 0);
  const go = (step: 1 | -1) => {
    if (hits.length === 0) return;
    const next = (Math.max(now, step === 1 ? -1 : 0) + step + hits.length) % hits.length;
    setHit(next);
    setFollows(false);
    rows.scrollToIndex(places.rowOf(hits[next] ?? 0), { align: 'center' });
  };

  return (
    <div className="flex h-full min-h-40 min-w-0 flex-col">
      <LogBar
        sought={sought}
        onSought={(text) => {
          setSought(text);
          setHit(undefined);
        }}
        found={
          sought === ''
            ? different === undefined
              ? `${places.size} lines`
              : `${different.size} of ${lines.length} lines differ`
            : `${hits.length === 0 ? 0 : now + 1} of ${hits.length}`
        }
        canGo={hits.length > 0}
        goal={sought === '' && different !== undefined ? 'difference' : 'match'}
        onGo={go}
        shown={shown}
        onShown={setShown}
        isCompared={different !== undefined}
        follows={follows}
        onFollows={setFollows}
        onSave={lines.length === 0 ? undefined : save}
      />
      {missing > 0 ? (
        <p className="px-3 py-1 text-xs text-wait">{missing} earlier lines are not kept any more.</p>
      ) : null}
      {against !== undefined && different === undefined && !isFirst && !against.log.isFirst ? (
        <p className="px-3 py-1 text-xs text-wait">
          Logs of more than {MOST_COMPARED.toLocaleString('en')} lines are not compared.
        </p>
      ) : null}
      {error === undefined ? null : <Trouble error={error} />}
      <div
        ref={box}
        className="min-h-0 grow overflow-auto bg-sunk font-mono text-xs"
        onWheel={({ deltaY }) => (deltaY < 0 ? setFollows(false) : undefined)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        role="log"
        aria-label={`Log of ${of.node}, attempt ${of.attempt}`}
      >
        {places.size === 0 ? (
          <p className="p-3 text-soft">{nothingOf(log, of, lines.length > 0)}</p>
        ) : (
          <div className="relative min-w-max" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start }) => {
              const place = places.at(index);
              const line = lines[place];
              return line === undefined ? null : (
                <Row
                  key={line.id}
                  line={line}
                  number={missing + place + 1}
                  start={start}
                  isAimed={place === aimed}
                  isHit={hits[now] === place}
                  compared={different === undefined ? undefined : different.has(place)}
                  other={against?.attempt}
                  onLink={(number) => {
                    setFollows(false);
                    onLine?.(number);
                  }}
                />
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

function nothingOf({ isFirst }: Lines, { isOver }: AttemptRef, areHidden: boolean): string {
  if (isFirst) return 'Loading…';
  if (areHidden) return 'None of its lines is of this kind.';
  return isOver ? 'It wrote nothing.' : 'Nothing written yet.';
}

const LOOK = { stderr: 'text-bad', system: 'text-soft italic', stdout: '' } as const;

function Row(props: {
  readonly line: LogLine;
  readonly number: number;
  readonly start: number;
  readonly isAimed: boolean;
  readonly isHit: boolean;
  /** Whether the other attempt has not written it; undefined where nothing is compared. */
  readonly compared: boolean | undefined;
  readonly other: number | undefined;
  readonly onLink: (number: number) => void;
}) {
  const { line, number, start, isAimed, isHit, compared = false, other, onLink } = props;
  const back = isHit || isAimed ? 'bg-wait-soft' : compared ? 'bg-busy-soft' : '';
  return (
    <div
      style={{ transform: `translateY(${start}px)`, height: ROW }}
      className={`absolute flex min-w-full gap-3 px-2 whitespace-pre ${back}`}
      title={compared ? `${line.at}, not in attempt ${other}` : line.at}
    >
      <button
        type="button"
        tabIndex={-1}
        aria-label={`Link to line ${number}`}
        className={`w-12 shrink-0 cursor-pointer text-right select-none hover:underline ${isAimed ? 'font-bold text-link' : 'text-soft'}`}
        onClick={() => onLink(number)}
      >
        {number}
      </button>
      {props.compared === undefined ? null : (
        <span className="-mx-2 w-3 shrink-0 text-busy select-none">
          {compared ? (
            <span role="img" aria-label={`Not in attempt ${other}`}>
              ≠
            </span>
          ) : null}
        </span>
      )}
      <span className={LOOK[line.stream]}>
        <Coloured text={line.text} />
      </span>
    </div>
  );
}

/** Undefined where nothing stands beside it, and while that is read. */
function useDifferent(log: Lines, other: Lines | undefined): ReadonlySet<number> | undefined {
  // biome-ignore lint/correctness/useExhaustiveDependencies: lines grow in place, and `version` says so.
  return useMemo(() => {
    if (other === undefined || log.isFirst || other.isFirst) return undefined;
    if (Math.max(log.lines.length, other.lines.length) > MOST_COMPARED) return undefined;
    return differing(log.lines, other.lines);
  }, [log.lines, log.version, other?.lines, other?.version]);
}
