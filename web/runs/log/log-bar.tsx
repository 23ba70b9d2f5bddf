/** Above a log: what is looked for in it, and which of its lines are shown. */
import { LOG_LEVELS, type LogLevel } from '../../../engine/core/log-level.ts';
import type { LogLine } from '../../api/model.ts';
import { Button } from '../../ui/parts.tsx';

export interface Shown {
  readonly stream: 'all' | LogLine['stream'];
  readonly least: LogLevel;
  /** Only what the attempt beside it has not written. */
  readonly onlyDiffering: boolean;
}

export const ALL_LINES: Shown = { stream: 'all', least: 'debug', onlyDiffering: false };

interface Props {
  readonly sought: string;
  readonly onSought: (text: string) => void;
  /** In words: what was found, or how many lines there are. */
  readonly found: string;
  readonly canGo: boolean;
  /** What it goes to. */
  readonly goal: 'match' | 'difference';
  readonly onGo: (step: 1 | -1) => void;
  readonly shown: Shown;
  readonly onShown: (shown: Shown) => void;
  readonly isCompared: boolean;
  readonly follows: boolean;
  readonly onFollows: (follows: boolean) => void;
  /** Of nothing where there is nothing to save. */
  readonly onSave: (() => void) | undefined;
}

const CHOICE = 'rounded border border-line bg-page px-1 py-0.5 text-sm';
const STREAMS = ['all', 'stdout', 'stderr', 'system'] as const;

export function LogBar({ sought, onSought, found, canGo, goal, onGo, ...rest }: Props) {
  const { shown, onShown, isCompared, follows, onFollows, onSave } = rest;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-2 py-1">
      <input
        type="search"
        value={sought}
        onChange={({ target }) => onSought(target.value)}
        onKeyDown={({ key, shiftKey }) => (key === 'Enter' ? onGo(shiftKey ? -1 : 1) : undefined)}
        placeholder="Search the log"
        aria-label="Search the log"
        className="w-44 rounded border border-line bg-page px-2 py-0.5 text-sm"
      />
      <span className="text-xs text-soft tabular-nums" aria-live="polite">
        {found}
      </span>
      <Button onClick={() => onGo(-1)} disabled={!canGo} aria-label={`Previous ${goal}`}>
        ↑
      </Button>
      <Button onClick={() => onGo(1)} disabled={!canGo} aria-label={`Next ${goal}`}>
        ↓
      </Button>
      <select
        value={shown.stream}
        onChange={({ target }) =>
          onShown({ ...shown, stream: STREAMS.find((one) => one === target.value) ?? 'all' })
        }
        aria-label="Which lines"
        className={CHOICE}
      >
        {STREAMS.map((stream) => (
          <option key={stream} value={stream}>
            {stream}
          </option>
        ))}
      </select>
      <select
        value={shown.least}
        onChange={({ target }) =>
          onShown({ ...shown, least: LOG_LEVELS.find((one) => one === target.value) ?? 'debug' })
        }
        aria-label="Least level"
        className={CHOICE}
      >
        <option value="debug">all levels</option>
        {LOG_LEVELS.filter((level) => level !== 'debug').map((level) => (
          <option key={level} value={level}>
            {level === 'error' ? 'errors' : `${level} and above`}
          </option>
        ))}
      </select>
      {isCompared ? (
        <Tick
          text="only what differs"
          value={shown.onlyDiffering}
          onValue={(onlyDiffering) => onShown({ ...shown, onlyDiffering })}
        />
      ) : null}
      <Tick text="follow" value={follows} onValue={onFollows} />
      <Button onClick={onSave} disabled={onSave === undefined}>
        Download
      </Button>
    </div>
  );
}

function Tick(props: {
  readonly text: string;
  readonly value: boolean;
  readonly onValue: (value: boolean) => void;
}) {
  return (
    <label className="flex items-center gap-1 text-sm">
      <input type="checkbox" checked={props.value} onChange={({ target }) => props.onValue(target.checked)} />{' '}
      {props.text}
    </label>
  );
}
