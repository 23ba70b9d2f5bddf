/** What comes out of a turn. */
import type { Commit } from '../commit.ts';
import type { Post } from '../post.ts';
import type { RunState } from '../run-state.ts';
import type { Ticket } from '../ticket.ts';

/** Large outputs that were made by a decision. Its name says its content, so that writing it again is harmless. */
export interface OutputsFile {
  readonly run: string;
  readonly file: string;
  readonly text: string;
}

export interface Decision {
  readonly commit: Commit;
  /** To be stored before the commit, which refers to them. */
  readonly files: readonly OutputsFile[];
  /** To be added to the task queue, once the commit is stored. */
  readonly tickets: readonly Ticket[];
  /** Runs whose status changed, for the index of runs. */
  readonly changedRuns: readonly RunState[];
  /** Posts to be delivered, once the commit is stored. */
  readonly posts: readonly (readonly [id: string, post: Post])[];
}
