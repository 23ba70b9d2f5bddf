/** The code editor: YAML with completion, what is wrong marked in its place, and word of where the cursor is. */
import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { indentUnit } from '@codemirror/language';
import { lintGutter, type Diagnostic as Marked, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Diagnostic } from '../workflows/queries.ts';
import { breakLine } from './break-line.ts';
import { completeWorkflow } from './completion.ts';
import { look, shadowOf, yamlColours } from './look.ts';
import type { Schema } from './schema-walk.ts';

interface Props {
  /**
   * What it begins with; another object replaces what is written. The editor has the text while it is typed: given back by the page,
   * it would come too late and take away what was typed meanwhile.
   */
  readonly start: { readonly text: string };
  readonly diagnostics: readonly Diagnostic[];
  readonly readSchema: () => Promise<Schema>;
  readonly isReadOnly: boolean;
  /** Ctrl-S, ⌘S. */
  readonly onSave: () => void;
  readonly onChange: (text: string) => void;
  readonly onCursor: (offset: number) => void;
  /** Goes there when it changes. */
  readonly goTo: Target | undefined;
}

/** A place of the text, from 1 each. */
export interface Target {
  readonly line: number;
  readonly column: number;
  /** What is written there instead of so many characters. */
  readonly replace?: { readonly length: number; readonly by: string };
}

export function Code(props: Props) {
  const { start, diagnostics, isReadOnly, goTo } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  // What the editor calls is what the page wants now, not what it wanted when the editor was made.
  const latest = useRef(props);
  latest.current = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is told to it below.
  useEffect(() => {
    if (host.current === null) return;
    const root = shadowOf(host.current);
    const made = new EditorView({ root, parent: root, state: stateOf(latest, view.current?.state.doc) });
    view.current = made;
    return () => made.destroy();
  }, [isReadOnly]);

  useEffect(() => {
    const made = view.current;
    if (made === null || made.state.doc.toString() === start.text) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: start.text } });
  }, [start]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: an editor made anew has none.
  useEffect(() => {
    const made = view.current;
    if (made === null) return;
    made.dispatch(
      setDiagnostics(
        made.state,
        diagnostics.map((one) => marked(made.state.doc, one)),
      ),
    );
  }, [diagnostics, isReadOnly]);

  useEffect(() => {
    const made = view.current;
    if (made === null || goTo === undefined) return;
    const at = offsetOf(made.state.doc, goTo);
    if (goTo.replace !== undefined) {
      const { length, by } = goTo.replace;
      replaceBy(by)(made, at, Math.min(at + length, made.state.doc.length));
    } else
      made.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    made.focus();
  }, [goTo]);

  return <div ref={host} className="h-full min-h-0 overflow-hidden" />;
}

/** @param written what was written, when the editor is made anew */
function stateOf(latest: { readonly current: Props }, written: Text | undefined): EditorState {
  const { start, isReadOnly } = latest.current;
  const save = () => {
    latest.current.onSave();
    return true;
  };
  return EditorState.create({
    doc: written ?? start.text,
    extensions: [
      look('Workflow file, YAML'),
      yamlColours,
      lineNumbers(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      lintGutter(),
      history(),
      indentUnit.of('  '),
      EditorState.readOnly.of(isReadOnly),
      EditorView.editable.of(true),
      autocompletion({ override: [completeWorkflow(() => latest.current.readSchema())], icons: false }),
      keymap.of([
        { key: 'Mod-s', run: save, preventDefault: true },
        ...completionKeymap,
        { key: 'Enter', run: breakLine },
        // Without Tab: it leads out of the editor, as it does out of any field.
        ...historyKeymap,
        ...defaultKeymap,
      ]),
      EditorView.updateListener.of(({ docChanged, selectionSet, state }) => {
        if (docChanged) latest.current.onChange(state.doc.toString());
        if (docChanged || selectionSet) latest.current.onCursor(state.selection.main.head);
      }),
    ],
  });
}

function marked(doc: Text, { severity, code, message, hint, fix, length, ...place }: Diagnostic): Marked {
  const from = offsetOf(doc, place);
  const to = Math.min(doc.length, from + Math.max(1, length));
  const text = `${message}${hint === undefined ? '' : ` ${hint}`}`;
  const range = { from: Math.min(from, to), to };
  const actions = fix === undefined ? [] : [{ name: `Write ${fix}`, apply: replaceBy(fix) }];
  return { ...range, severity, source: code, message: text, actions };
}

/** Where the mark is by now: it moves with what is typed before it. */
function replaceBy(insert: string) {
  return (view: EditorView, from: number, to: number) => {
    if (view.state.readOnly) return;
    const anchor = from + insert.length;
    const effects = EditorView.scrollIntoView(from, { y: 'nearest' });
    view.dispatch({ changes: { from, to, insert }, selection: { anchor }, effects });
  };
}

/** Of a text that has changed meanwhile: as near as there is. */
function offsetOf(doc: Text, { line, column }: { readonly line: number; readonly column: number }): number {
  const at = doc.line(Math.min(doc.lines, Math.max(1, line)));
  return Math.min(at.to, at.from + Math.max(0, column - 1));
}
