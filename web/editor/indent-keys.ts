/** Keys that keep YAML in its columns. Tab is left alone: it leads out of the editor, as it does out of any field. */
import { EditorSelection, type EditorState, type Transaction } from '@codemirror/state';
import type { KeyBinding } from '@codemirror/view';

interface Target {
  readonly state: EditorState;
  dispatch(change: Transaction): void;
}

const STEP = '  ';

/** The next line begins where this one does; deeper behind a key without a value, behind the dash within a list item. */
function breakLine({ state, dispatch }: Target): boolean {
  if (state.readOnly) return false;
  const change = state.changeByRange((range) => {
    const line = state.doc.lineAt(range.from);
    const before = line.text.slice(0, range.from - line.from);
    const indent = /^\s*/.exec(before)?.[0] ?? '';
    const item = /^\s*((?:-\s+)+)[\w.-]+:/.exec(before)?.[1] ?? '';
    const deeper = /(:|:\s*[|>][+-]?|^\s*-)\s*$/.test(before) ? STEP : '';
    const text = `${state.lineBreak}${indent}${' '.repeat(item.length)}${deeper}`;
    const at = range.from + text.length;
    return { changes: { from: range.from, to: range.to, insert: text }, range: EditorSelection.cursor(at) };
  });
  dispatch(state.update(change, { scrollIntoView: true, userEvent: 'input.enter' }));
  return true;
}

function shift(isDeeper: boolean) {
  return ({ state, dispatch }: Target): boolean => {
    if (state.readOnly) return false;
    const changes = state.selection.ranges.flatMap(({ from, to }) => {
      const found: { from: number; to?: number; insert?: string }[] = [];
      for (let at = from; ; ) {
        const line = state.doc.lineAt(at);
        if (isDeeper) found.push({ from: line.from, insert: STEP });
        else if (line.text.startsWith(' '))
          found.push({ from: line.from, to: line.from + (line.text.startsWith(STEP) ? 2 : 1), insert: '' });
        if (line.to >= to || line.to + 1 > state.doc.length) return found;
        at = line.to + 1;
      }
    });
    dispatch(state.update({ changes, userEvent: 'input.indent' }));
    return true;
  };
}

export const INDENT_KEYS: readonly KeyBinding[] = [
  { key: 'Enter', run: breakLine },
  { key: 'Mod-]', run: shift(true), preventDefault: true },
  { key: 'Mod-[', run: shift(false), preventDefault: true },
];
