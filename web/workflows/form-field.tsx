/** One field of a form, by the declaration of its input: its type, help, default, and what is wrong with what was typed. */
import { useId } from 'react';
import { choiceText, isJson } from './input-values.ts';
import type { Field } from './queries.ts';

interface Props {
  readonly name: string;
  readonly field: Field;
  readonly text: string;
  readonly problem: string | undefined;
  readonly onChange: (text: string) => void;
}

const BOX = 'w-full rounded border border-line bg-page px-2 py-1.5 text-sm';

export function FormField({ name, field, text, problem, onChange }: Props) {
  const id = useId();
  const about = [problem === undefined ? '' : `${id}-problem`, `${id}-help`].join(' ').trim();
  const shared = {
    id,
    name,
    value: text,
    'aria-invalid': problem !== undefined,
    'aria-describedby': about,
    'aria-required': field.required === true,
    className: `${BOX}${problem === undefined ? '' : ' border-bad'}`,
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {name}
        {field.required === true ? <span className="text-bad"> *</span> : null}
        <span className="pl-2 text-xs font-normal text-soft">{typeText(field)}</span>
      </label>
      {choicesOf(field) !== undefined ? (
        <select {...shared} onChange={({ target }) => onChange(target.value)}>
          <option value="">{field.required === true ? 'Choose…' : 'none'}</option>
          {choicesOf(field)?.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : isJson(field) || text.includes('\n') ? (
        <textarea
          {...shared}
          rows={Math.min(12, Math.max(3, text.split('\n').length))}
          spellCheck={false}
          className={`${shared.className} font-mono`}
          onChange={({ target }) => onChange(target.value)}
        />
      ) : (
        <input
          {...shared}
          type={field.type === 'date' ? 'date' : 'text'}
          inputMode={field.type === 'integer' ? 'numeric' : field.type === 'number' ? 'decimal' : 'text'}
          placeholder={PLACEHOLDERS[field.type]}
          autoComplete="off"
          onChange={({ target }) => onChange(target.value)}
        />
      )}
      {problem === undefined ? null : (
        <p id={`${id}-problem`} className="text-sm text-bad">
          {problem}
        </p>
      )}
      <p id={`${id}-help`} className="text-xs whitespace-pre-line text-soft">
        {field.description ?? ''}
      </p>
    </div>
  );
}

const PLACEHOLDERS: { readonly [type: string]: string } = {
  duration: '1h30m',
  datetime: '2026-03-01T06:00:00Z',
};

function choicesOf(field: Field): readonly string[] | undefined {
  if (field.type === 'boolean') return ['true', 'false'];
  return field.enum?.map(choiceText);
}

/** `integer, 2012 to 2015` */
function typeText({ type, minimum, maximum, pattern, items }: Field): string {
  const bounds =
    minimum !== undefined && maximum !== undefined
      ? `, ${minimum} to ${maximum}`
      : minimum !== undefined
        ? `, from ${minimum}`
        : maximum !== undefined
          ? `, to ${maximum}`
          : '';
  const of = type === 'array' && items !== undefined ? ` of ${items.type}` : '';
  const like = pattern === undefined ? '' : `, like ${pattern}`;
  return `${type === 'array' ? 'list' : type}${of}${bounds}${like}${isJson({ type }) ? ', JSON' : ''}`;
}
