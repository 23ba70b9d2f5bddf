/** What the tab of the browser says. */
import { useEffect } from 'react';

/** @param title undefined until it is known */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'Sluice' : `${title} · Sluice`;
  }, [title]);
}
