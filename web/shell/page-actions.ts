/** What the page that one is on can do: its buttons, as they stand there. What is disabled on the page is not offered either. */

export interface PageAction {
  readonly label: string;
  readonly run: () => void;
}

const MOST = 20;

export function pageActions(): readonly PageAction[] {
  const buttons = document.querySelectorAll<HTMLButtonElement>(
    '#main button[data-action]:enabled:not([aria-disabled=true])',
  );
  const actions = new Map<string, PageAction>();
  for (const button of buttons) {
    const label = (button.ariaLabel ?? button.textContent).trim();
    if (label !== '' && button.checkVisibility() && !actions.has(label))
      actions.set(label, { label, run: () => button.click() });
  }
  return [...actions.values()].slice(0, MOST);
}
