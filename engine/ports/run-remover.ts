/** Removes runs for good. Adapters: engine/redis, engine/memory. */

export interface RunRemover {
  /**
   * Removes an ended run with all that the stores hold of it: state, outputs, events, logs, artifacts, its line in the lists.
   * False, and nothing is touched, when the run has not ended: that is checked in the same step as each removal. True also
   * when it was removed before; what a crash has left of it is then removed.
   */
  remove(run: string): Promise<boolean>;
}
