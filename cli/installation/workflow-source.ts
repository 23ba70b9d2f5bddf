/** A workflow that was compiled here from files: what another place needs to have the same. */
import type { Plan } from '../../engine/core/plan.ts';
import type { SourceBundle } from '../../engine/runtime/source/source-archive.ts';

export interface WorkflowSource {
  readonly plan: Plan;
  /** Plans that came with it: other documents of its file, other files. */
  readonly linked: readonly Plan[];
  /** The workflow's own folder. */
  readonly folder: string;
  /** The folder, packed. */
  pack(): Promise<SourceBundle>;
  readonly text: WorkflowText;
}

/** Texts from which the same plans are compiled again. */
export interface WorkflowText {
  /** Name of the file, in its folder. */
  readonly file: string;
  readonly source: string;
  /** Other workflow files that it names, by their paths from its folder. */
  readonly files: { readonly [path: string]: string };
}
