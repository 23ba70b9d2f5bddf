/** The files that a run kept: which there are, and their bytes. */
import { createHash } from 'node:crypto';
import { SluiceError } from '../../core/errors.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { ArtifactRef } from '../../core/ticket.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { RunView } from './run-view.ts';

export interface KeptArtifact {
  readonly node: string;
  readonly ref: ArtifactRef;
}

export function keptIn({ nodes }: Pick<RunView, 'nodes'>): KeptArtifact[] {
  return nodes.flatMap(({ id, artifacts }) =>
    Object.values(artifacts).flatMap((value) => {
      const ref = toRef(value);
      return ref === undefined ? [] : [{ node: id, ref }];
    }),
  );
}

/** @throws SluiceError artifact_not_found */
export function findKept(view: Pick<RunView, 'id' | 'nodes'>, node: string, name: string): ArtifactRef {
  const kept = keptIn(view);
  const found = kept.find((one) => one.node === node && one.ref.name === name);
  if (found !== undefined) return found.ref;
  const names = kept.filter((one) => one.node === node).map(({ ref }) => ref.name);
  const known =
    names.length > 0
      ? `"${node}" has ${names.join(', ')}`
      : `\`sluice artifacts ${view.id}\` lists those that there are`;
  throw new SluiceError(
    'artifact_not_found',
    `Run ${view.id} has no artifact "${name}" of "${node}"; ${known}.`,
  );
}

/** @throws SluiceError artifact_not_found, invalid_record when it is damaged */
export async function fetchKept(
  artifacts: Pick<ArtifactStore, 'get'>,
  ref: ArtifactRef,
): Promise<Uint8Array> {
  const bytes = await artifacts.get(ref.run, ref.artifact);
  if (bytes === undefined) {
    throw new SluiceError(
      'artifact_not_found',
      `The file of "${ref.name}" is not in the artifact store any more, or it is another store: see --artifacts.`,
    );
  }
  if (createHash('sha256').update(bytes).digest('hex') === ref.sha256) return bytes;
  throw new SluiceError('invalid_record', `The file of "${ref.name}" is damaged in the artifact store.`);
}

/** The last part of the key, where that holds letters, digits and `. _ -` only and does not begin with a dot. */
export function plainFileName({ artifact }: ArtifactRef): string | undefined {
  const last = artifact.slice(artifact.lastIndexOf('/') + 1);
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(last) ? last : undefined;
}

function toRef(value: Json): ArtifactRef | undefined {
  if (!isJsonObject(value)) return undefined;
  const { artifact, run, name, bytes, sha256 } = value;
  const isRef =
    [artifact, run, name, sha256].every((part) => typeof part === 'string') && typeof bytes === 'number';
  return isRef ? (value as unknown as ArtifactRef) : undefined;
}
