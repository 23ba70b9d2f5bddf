/** Two texts side by side, or one below the other where there is little room; what is alike is folded. */
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { look, shadowOf } from './look.ts';

interface Props {
  readonly before: string;
  readonly after: string;
  readonly names?: readonly [before: string, after: string];
}

const WIDE = '(min-width: 64rem)';
const FOLD = { margin: 3, minSize: 6 };

export default function Diff({ before, after, names: [was, is] = ['Before', 'After'] }: Props) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return;
    const root = shadowOf(host.current);
    const shown = (label: string) => [look(label), lineNumbers(), EditorState.readOnly.of(true)];
    const made = window.matchMedia(WIDE).matches
      ? new MergeView({
          a: { doc: before, extensions: shown(was) },
          b: { doc: after, extensions: shown(is) },
          parent: root,
          root,
          collapseUnchanged: FOLD,
          gutter: true,
        })
      : new EditorView({
          doc: after,
          extensions: [
            shown(is),
            unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: FOLD }),
          ],
          parent: root,
          root,
        });
    return () => made.destroy();
  }, [before, after, was, is]);
  return <div ref={host} className="max-h-[32rem] overflow-auto" />;
}
