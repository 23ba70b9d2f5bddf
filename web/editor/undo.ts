/** Undo and redo: changes turned round and kept in two stacks. What is typed in one go is taken back in one go. */
import {
  Annotation,
  type ChangeSet,
  type EditorSelection,
  type EditorState,
  StateField,
  type Transaction,
} from '@codemirror/state';
import type { KeyBinding } from '@codemirror/view';

interface Step {
  /** Turns the text back. */
  readonly changes: ChangeSet;
  readonly selection: EditorSelection;
}

interface Past {
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
  /** When the last change came, and whether by typing. */
  readonly at: number;
  readonly isTyping: boolean;
}

const MAX_STEPS = 500;
/** Typing that pauses longer begins another step. */
const PAUSE_MS = 600;
const FRESH: Past = { done: [], undone: [], at: 0, isTyping: false };

const direction = Annotation.define<'undo' | 'redo'>();

export const undoHistory = StateField.define<Past>({
  create: () => FRESH,
  update(past, change) {
    if (!change.docChanged) return change.selection === undefined ? past : { ...past, at: 0 };
    const step = {
      changes: change.changes.invert(change.startState.doc),
      selection: change.startState.selection,
    };
    const way = change.annotation(direction);
    if (way === 'undo')
      return { ...past, done: past.done.slice(0, -1), undone: [...past.undone, step], at: 0 };
    if (way === 'redo')
      return { ...past, done: [...past.done, step], undone: past.undone.slice(0, -1), at: 0 };
    const isTyping = change.isUserEvent('input.type') || change.isUserEvent('delete');
    const at = Date.now();
    const last = past.done.at(-1);
    const joins = last !== undefined && isTyping && past.isTyping && at - past.at < PAUSE_MS;
    const done = joins
      ? [
          ...past.done.slice(0, -1),
          { changes: step.changes.compose(last.changes), selection: last.selection },
        ]
      : [...past.done, step].slice(-MAX_STEPS);
    return { done, undone: [], at, isTyping };
  },
});

interface Target {
  readonly state: EditorState;
  dispatch(change: Transaction): void;
}

function go(way: 'undo' | 'redo') {
  return ({ state, dispatch }: Target): boolean => {
    const { done, undone } = state.field(undoHistory);
    const step = (way === 'undo' ? done : undone).at(-1);
    if (step === undefined || state.readOnly) return false;
    const { changes, selection } = step;
    dispatch(
      state.update({
        changes,
        selection,
        annotations: direction.of(way),
        scrollIntoView: true,
        userEvent: way,
      }),
    );
    return true;
  };
}

export const UNDO_KEYS: readonly KeyBinding[] = [
  { key: 'Mod-z', run: go('undo'), preventDefault: true },
  { key: 'Mod-Shift-z', run: go('redo'), preventDefault: true },
  { key: 'Mod-y', run: go('redo'), preventDefault: true },
];
