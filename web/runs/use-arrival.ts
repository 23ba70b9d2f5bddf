/** A panel that somebody opened has the focus and is in sight, also below a graph on a phone; Escape closes it and gives the focus back. */
import { type RefObject, useEffect, useRef } from 'react';

export function useArrival(isCalled: boolean, onClose: () => void): RefObject<HTMLElement | null> {
  const panel = useRef<HTMLElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  const called = useRef(isCalled);
  useEffect(() => {
    const before = document.activeElement;
    const { current } = panel;
    if (called.current && current !== null) {
      current.focus({ preventScroll: true });
      if (current.getBoundingClientRect().top > 0.8 * window.innerHeight)
        current.scrollIntoView({ block: 'start' });
    }
    let isLeft = false;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || !isFree(event.target)) return;
      isLeft = true;
      close.current();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      // Only now the panel is gone, however long the page took to close it; what lies beside it is placed in the next frame.
      if (isLeft && before instanceof HTMLElement)
        requestAnimationFrame(() => setTimeout(() => giveBack(before)));
    };
  }, []);
  return panel;
}

/** A graph with more room places its boxes anew, so that the same one may be another element. */
function giveBack(before: HTMLElement): void {
  const { id = '' } = before.dataset;
  const now = before.isConnected
    ? before
    : document.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`);
  if (document.activeElement === document.body) now?.focus({ preventScroll: true });
}

/** Escape leaves a field first, and closes what lies above. */
function isFree(target: EventTarget | null): boolean {
  const isTyping = target instanceof HTMLElement && target.closest('input, textarea, select') !== null;
  return !isTyping && document.querySelector('dialog[open], [data-radix-popper-content-wrapper]') === null;
}
