/** Listens to the keyboard for the table of keys. Single keys do nothing while somebody types, or when they are switched off. */
import { useEffect, useRef } from 'react';
import { preferences } from '../ui/preferences.ts';
import type { Shortcut } from './keys.ts';

/** The second of two keys comes within this time. */
const PAIR_MS = 1_200;

export function useKeys(shortcuts: readonly Shortcut[]): void {
  const present = useRef(shortcuts);
  present.current = shortcuts;
  useEffect(() => {
    let first = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const key = nameOf(event);
      if (key === undefined) return;
      const isQuiet =
        isTyping(event.composedPath()[0]) ||
        !preferences().keys ||
        document.querySelector('dialog[open]') !== null;
      const fits = ({ keys, always, run }: Shortcut) =>
        run !== undefined &&
        (keys === key || keys === `${first} ${key}`) &&
        ((always === true && key.length > 1) || !isQuiet);
      const found = present.current.findLast((one) => one.keys.includes(' ') === (first !== '') && fits(one));
      clearTimeout(timer);
      first = '';
      if (found !== undefined) {
        // What Escape does by itself, it still does.
        if (key !== 'Escape') event.preventDefault();
        found.run?.();
      } else if (!isQuiet && present.current.some(({ keys }) => keys.startsWith(`${key} `))) {
        first = key;
        timer = setTimeout(() => {
          first = '';
        }, PAIR_MS);
      }
    };
    document.addEventListener('keydown', onKey);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}

function nameOf({ key, metaKey, ctrlKey, altKey }: KeyboardEvent): string | undefined {
  if (altKey) return undefined;
  if (metaKey || ctrlKey) return `mod+${key.toLowerCase()}`;
  return key;
}

/** @param target the innermost: the editor is a world of its own, of which the event says no more than its frame */
function isTyping(target: EventTarget | undefined): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select') !== null)
  );
}
