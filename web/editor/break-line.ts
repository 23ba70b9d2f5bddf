/** Enter keeps YAML in its columns. */
import { EditorSelection, type EditorState, type Transaction } from '@codemirror/state';

interface Target {
  readonly state: EditorState;
  dispatch(change: Transaction): void;
}

const STEP = '  ';

/** The next line begins where this one does; deeper behind a key without a value, behind the dash within a list item. */
export function breakLine({ state, dispatch }: Target): boolean {
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
