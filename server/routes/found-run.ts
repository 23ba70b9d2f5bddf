/** A run that a route names: it must be of the namespace that it is asked for in. */
import { SluiceError } from '../../engine/core/errors.ts';
import type { RunHeader } from '../../engine/core/run-header.ts';
import type { ServerParts } from '../parts.ts';

export interface NamedRun {
  readonly namespace: string;
  readonly run: string;
}

/** A run of another namespace is told as one that is not there. @throws SluiceError run_not_found */
export async function findRun(
  { client }: Pick<ServerParts, 'client'>,
  { namespace, run }: NamedRun,
): Promise<RunHeader> {
  const header = await client.header(run).catch((thrown: unknown) => {
    throw thrown instanceof SluiceError && thrown.code === 'run_not_found'
      ? notFound(run, namespace)
      : thrown;
  });
  if (header.namespace !== namespace) throw notFound(run, namespace);
  return header;
}

function notFound(run: string, namespace: string): SluiceError {
  return new SluiceError('run_not_found', `The namespace ${namespace} has no run ${run}.`);
}
