/** A part of a page that may take what the window has left below it: its own parts find that in `--room`. */
import { type ReactNode, useLayoutEffect, useRef } from 'react';

/** Below it, pixels: the margin of the page. */
const BELOW = 12;

export function Room({ className, children }: { readonly className: string; readonly children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const measure = () => {
      const top = current.getBoundingClientRect().top + scrollY;
      current.style.setProperty('--room', `${Math.max(0, innerHeight - top - BELOW)}px`);
    };
    measure();
    // What stands above may come and go.
    const seen = new ResizeObserver(measure);
    if (current.parentElement) seen.observe(current.parentElement);
    addEventListener('resize', measure);
    return () => {
      seen.disconnect();
      removeEventListener('resize', measure);
    };
  }, []);
  return (
    <div ref={box} className={className}>
      {children}
    </div>
  );
}
