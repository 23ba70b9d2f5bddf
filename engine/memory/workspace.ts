/** A workspace without a machine: no folder is made and nothing is fetched. For simulation, and for work that touches no files. */
import type { ArtifactRef } from '../core/ticket.ts';
import { TaskFailure } from '../ports/executor.ts';
import type { OpenWorkspace, Workspace } from '../ports/workspace.ts';

const NOWHERE: OpenWorkspace = {
  directory: '',
  sourceDirectory: undefined,
  collect: async (artifacts) => {
    const [name] = Object.keys(artifacts);
    if (name === undefined) return Object.fromEntries<ArtifactRef>([]);
    throw new TaskFailure('missing_artifact', `Artifact "${name}" cannot be kept: this worker has no files.`);
  },
  dispose: async () => {},
};

export function createMemoryWorkspace(): Workspace {
  return { open: async () => NOWHERE };
}
