/** What a task wrote, for people: its colours become classes, its text stays text. */
import Anser from 'anser';
import type { ReactNode } from 'react';
import { inertLine } from './inert-line.ts';

export function Coloured({ text }: { readonly text: string }): ReactNode {
  const inert = inertLine(text);
  if (!inert.includes('\u001b')) return inert;
  return Anser.ansiToJson(inert, { use_classes: true, remove_empty: true }).map(
    ({ content, fg, decoration }, i) => {
      const look = [
        fg ?? '',
        decoration === 'bold' ? 'font-bold' : '',
        decoration === 'underline' ? 'underline' : '',
      ];
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a line that never changes.
        <span key={i} className={look.filter(Boolean).join(' ')}>
          {content}
        </span>
      );
    },
  );
}
