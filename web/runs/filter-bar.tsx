/** What the list of runs shows; it stands in the address, so that it can be sent to somebody and kept under a name. */
import { useEffect, useId, useRef, useState } from 'react';
import { parseLabelText } from '../../server/contract/label-text.ts';
import { SavedViews } from './saved-views.tsx';
import { SINCE, type Since, sinceOf } from './views.ts';

/** The part of the address behind the `?`. */
export interface RunSearch {
  readonly workflow?: string | undefined;
  /** With commas between. */
  readonly status?: string | undefined;
  readonly awaiting?: true | undefined;
  readonly label?: string | undefined;
  readonly text?: string | undefined;
  readonly since?: Since | undefined;
}

const STATUSES = ['running', 'succeeded', 'failed', 'cancelled', 'queued', 'paused'] as const;
const FIELD = 'rounded border border-line bg-page px-2 py-0.5 text-sm';

export function FilterBar({
  search,
  onSearch,
}: {
  readonly search: RunSearch;
  readonly onSearch: (search: RunSearch) => void;
}) {
  const chosen = search.status?.split(',') ?? [];
  const toggle = (status: string) => {
    const next = STATUSES.filter((one) => (one === status) !== chosen.includes(one));
    onSearch({ ...search, status: next.join(',') || undefined });
  };
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
      <Field
        name="Find"
        hint="id, workflow or label"
        value={search.text}
        onValue={(text) => onSearch({ ...search, text })}
      />
      <Field
        name="Workflow"
        hint="workflow"
        value={search.workflow}
        onValue={(workflow) => onSearch({ ...search, workflow })}
      />
      <Field
        name="Labels"
        hint="team=data,env=prod"
        value={search.label}
        trouble={(text) =>
          parseLabelText(text) ? '' : 'A label is name=value; several have commas between.'
        }
        onValue={(label) => onSearch({ ...search, label })}
      />
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">Status</legend>
        {STATUSES.map((status) => (
          <Chip key={status} isOn={chosen.includes(status)} onToggle={() => toggle(status)}>
            {status}
          </Chip>
        ))}
      </fieldset>
      <Chip
        isOn={search.awaiting === true}
        onToggle={() => onSearch({ ...search, awaiting: search.awaiting ? undefined : true })}
      >
        needs an answer
      </Chip>
      <select
        value={search.since ?? ''}
        aria-label="Since"
        onChange={({ target }) => onSearch({ ...search, since: sinceOf(target.value) })}
        className={FIELD}
      >
        <option value="">any time</option>
        {Object.keys(SINCE).map((since) => (
          <option key={since} value={since}>
            last {since}
          </option>
        ))}
      </select>
      <SavedViews search={search} onSearch={onSearch} />
    </div>
  );
}

interface ChipProps {
  readonly isOn: boolean;
  readonly onToggle: () => void;
  readonly children: string;
}

function Chip({ isOn, onToggle, children }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onToggle}
      className={`cursor-pointer rounded-full border px-2 py-0.5 text-xs ${isOn ? 'border-accent bg-sunk font-semibold' : 'border-line text-soft'}`}
    >
      {children}
    </button>
  );
}

interface FieldProps {
  readonly name: string;
  readonly hint: string;
  readonly value: string | undefined;
  /** What is wrong with a text; empty for nothing. */
  readonly trouble?: (text: string) => string;
  readonly onValue: (value: string | undefined) => void;
}

/** Somebody who types has stopped, ms. */
const PAUSE_MS = 400;

/** Takes effect while one types, at once with Enter. */
function Field({ name, hint, value = '', trouble, onValue }: FieldProps) {
  const [text, setText] = useState(value);
  const [said, setSaid] = useState('');
  const about = useId();
  const told = useRef(value);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    // Another address, another beginning; but nobody's typing is undone.
    if (value !== told.current && document.activeElement !== field.current) setText(value);
    told.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const take = (input: HTMLInputElement) => {
    clearTimeout(timer.current);
    const wanted = input.value.trim();
    const wrong = wanted === '' ? '' : (trouble?.(wanted) ?? '');
    setSaid(wrong);
    if (wanted === told.current || wrong !== '') return;
    told.current = wanted;
    onValue(wanted || undefined);
  };
  return (
    <span className="flex flex-col">
      <input
        ref={field}
        type="search"
        value={text}
        placeholder={hint}
        aria-label={name}
        aria-invalid={said !== ''}
        aria-describedby={said === '' ? undefined : about}
        title={name}
        className={`w-44 aria-invalid:border-bad ${FIELD}`}
        onChange={({ target }) => {
          setText(target.value);
          setSaid('');
          clearTimeout(timer.current);
          timer.current = setTimeout(() => take(target), PAUSE_MS);
        }}
        onKeyDown={({ key, currentTarget }) => (key === 'Enter' ? take(currentTarget) : undefined)}
      />
      {said === '' ? null : (
        <span id={about} role="alert" className="max-w-44 pt-0.5 text-xs text-bad">
          {said}
        </span>
      )}
    </span>
  );
}
