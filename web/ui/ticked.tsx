/** Words of the engine, in which `ticks` mark what is typed. */
import { Fragment } from 'react';

export function Ticked({ text }: { readonly text: string }) {
  return text.split('`').map((part, at) =>
    at % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name.
      <code key={at} className="rounded bg-sunk px-1 text-[0.92em]">
        {part}
      </code>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name.
      <Fragment key={at}>{part}</Fragment>
    ),
  );
}
