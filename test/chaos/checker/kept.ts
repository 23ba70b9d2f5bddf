import { mayBeForgotten } from '../evidence.ts';
import { ofEachRun } from './invariant.ts';

/** I1: what a client was told exists, exists. */
export const kept = ofEachRun(
  'kept',
  'every run whose start was answered is there, with its workflow',
  function* ({ told, view, draft }, evidence) {
    const started = told.find(({ what }) => what === 'start');
    if (view === undefined) {
      if (started?.answer === 'yes' && !mayBeForgotten(evidence, started.askedAt, started.at))
        yield 'the client was told that it had started, but there is no such run';
      return;
    }
    if (view.workflow !== draft.name) yield `it is a run of ${view.workflow}, but ${draft.name} was started`;
  },
);
